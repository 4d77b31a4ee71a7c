using System;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Threading;
using System.Threading.Tasks;

namespace Mpa.Internal
{
    /// <summary>The authorization of one client: gives it to the library, copies it from there, has it
    /// renewed by the host, and notices where a client that signs in by itself has another.</summary>
    internal sealed class Authorizations
    {
        private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
        private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

        private readonly Native.mpa_client handle;
        private readonly Notifications notifications;
        private readonly CancellationTokenSource closing = new CancellationTokenSource();
        private readonly Stopwatch sinceLook = new Stopwatch();

        [AllowNull, MaybeNull]
        private readonly Func<MpaAuthorizationRequest, CancellationToken, Task<MpaAuthorization>> provider;

        [AllowNull, MaybeNull]
        private volatile MpaAuthorization given;

        [AllowNull, MaybeNull]
        private string lastHeader;

        private int isRenewing;
        private uint pauseMs;

        internal Authorizations(Native.mpa_client handle, MpaClientConfig config, Notifications notifications)
        {
            this.handle = handle;
            this.notifications = notifications;
            provider = config.AuthorizationProvider;
            given = config.Authorization;
            if (config.AuthorizationHeader != null)
            {
                given = new MpaAuthorization { Header = config.AuthorizationHeader };
            }
        }

        internal bool HasProvider => provider != null;

        internal bool IsGiven => given != null;

        internal MpaResult Set([AllowNull] MpaAuthorization authorization)
        {
            MpaResult set = Give(authorization, isRefused: false);
            if (set.IsOk)
            {
                given = authorization;
            }
            return set;
        }

        /// <summary>Has the provider asked for another, on the thread pool, until one has been taken into
        /// use. Does nothing while that is under way already.</summary>
        internal void Renew(MpaAuthorizationReason reason)
        {
            if (provider == null || Interlocked.CompareExchange(ref isRenewing, 1, 0) != 0)
            {
                return;
            }
            var request = new MpaAuthorizationRequest(reason, given);
            CancellationToken cancellationToken = closing.Token;
            Task.Run(() => RenewAsync(request, cancellationToken));
        }

        private async Task RenewAsync(MpaAuthorizationRequest request, CancellationToken cancellationToken)
        {
            TimeSpan pause = FirstPause;
            try
            {
                while (!cancellationToken.IsCancellationRequested
                    && !await TryRenewAsync(request, cancellationToken).ConfigureAwait(false))
                {
                    await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
                    pause = pause + pause < LongestPause ? pause + pause : LongestPause;
                }
            }
            catch (OperationCanceledException)
            {
                // The client is closing.
            }
            finally
            {
                Volatile.Write(ref isRenewing, 0);
            }
        }

        private async Task<bool> TryRenewAsync(MpaAuthorizationRequest request, CancellationToken cancellationToken)
        {
            try
            {
                if (provider == null)
                {
                    return true;
                }
                MpaAuthorization renewed = await provider(request, cancellationToken).ConfigureAwait(false);
                MpaResult set = Set(renewed);
                if (!set.IsOk && !cancellationToken.IsCancellationRequested)
                {
                    notifications.Fail(new MpaException(set));
                }
                return set.IsOk || set.Status == MpaStatus.InvalidHandle;
            }
            catch (Exception thrown)
            {
                if (!cancellationToken.IsCancellationRequested)
                {
                    notifications.Fail(thrown);
                }
                return false;
            }
        }

        internal void Close()
        {
            closing.Cancel();
        }

        /// <summary>How long until <see cref="Look"/> has something to do, at most so long.</summary>
        internal uint UntilLook(uint longest)
        {
            if (!notifications.ObservesAuthorization)
            {
                return longest;
            }
            long left = sinceLook.IsRunning ? pauseMs - sinceLook.ElapsedMilliseconds : 1;
            return (uint)Math.Min(Math.Max(left, 1), longest);
        }

        /// <summary>Reports an authorization that was not reported yet, on the thread that polls.</summary>
        internal void Look()
        {
            if (!notifications.ObservesAuthorization
                || (sinceLook.IsRunning && sinceLook.ElapsedMilliseconds < pauseMs))
            {
                return;
            }
            bool isThere = TryGet(out var authorization, out _);
            pauseMs = isThere ? 1000u : 100u;
            sinceLook.Restart();
            if (authorization != null && authorization.Header != lastHeader)
            {
                lastHeader = authorization.Header;
                notifications.ChangeAuthorization(authorization);
            }
        }

        internal MpaResult Invalidate([AllowNull] MpaAuthorization authorization)
        {
            return Give(authorization, isRefused: true);
        }

        private unsafe MpaResult Give([AllowNull] MpaAuthorization authorization, bool isRefused)
        {
            if (authorization == null)
            {
                return MpaResult.Invalid("authorization is null.");
            }
            var result = Native.mpa_result.Init();
            using (var texts = new Texts())
            {
                Native.mpa_authorization raw = Raw(authorization, "authorization", texts);
                if (texts.Refusal != null)
                {
                    return texts.Refusal;
                }
                if (isRefused)
                {
                    Native.mpa_client_invalidate_authorization(handle, &raw, &result);
                }
                else
                {
                    Native.mpa_client_set_authorization(handle, &raw, &result);
                }
            }
            return new MpaResult(&result);
        }

        internal unsafe bool TryGet(
            [MaybeNullWhen(false)] out MpaAuthorization authorization, out MpaResult result)
        {
            authorization = null;
            // On the stack, where the collector makes no copies.
            const int HeaderSize = (int)MpaLimits.MaxAuthorizationHeaderLength + 1;
            const int ProofKeySize = (int)MpaLimits.ProofKeyPemSize;
            byte* header = stackalloc byte[HeaderSize];
            byte* proofKey = stackalloc byte[ProofKeySize];
            var buffers = new Native.mpa_authorization_buffers
            {
                struct_size = (uint)sizeof(Native.mpa_authorization_buffers),
                header = header,
                header_size = HeaderSize,
                proof_key_pem = proofKey,
                proof_key_pem_size = ProofKeySize,
            };
            var raw = Native.mpa_result.Init();
            try
            {
                int status = Native.mpa_client_get_authorization(handle, &buffers, &raw);
                result = new MpaResult(&raw);
                if (status != 0)
                {
                    return false;
                }
                authorization = new MpaAuthorization
                {
                    Header = Text.Decode(header),
                    ExpiresAt = Time.At(buffers.expires_at_unix_ms),
                    ExpiresIn = buffers.expires_in_ms == 0 ? (TimeSpan?)null : Time.Span(buffers.expires_in_ms),
                    ProofKeyPem = *proofKey == 0 ? null : Text.Decode(proofKey),
                };
                return true;
            }
            finally
            {
                Text.Wipe(header, HeaderSize);
                Text.Wipe(proofKey, ProofKeySize);
            }
        }

        /// <summary>That of one call, for which there is room at <paramref name="room"/>; null: the
        /// client's.</summary>
        internal static unsafe Native.mpa_authorization* Own(
            [AllowNull] MpaAuthorization own, Native.mpa_authorization* room, Texts texts)
        {
            *room = own == null ? default(Native.mpa_authorization) : Raw(own, "authorization", texts);
            return own == null ? null : room;
        }

        internal static unsafe Native.mpa_authorization Raw(
            MpaAuthorization authorization, string name, Texts texts)
        {
            return new Native.mpa_authorization
            {
                struct_size = (uint)sizeof(Native.mpa_authorization),
                header = texts.Add(authorization.Header, name + ".Header"),
                expires_at_unix_ms = Time.UnixMs(authorization.ExpiresAt),
                expires_in_ms = Time.Ms(authorization.ExpiresIn),
                proof_key_pem = texts.Add(authorization.ProofKeyPem, name + ".ProofKeyPem"),
            };
        }
    }
}
