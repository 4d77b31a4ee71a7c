using System;
using System.Diagnostics.CodeAnalysis;

namespace Mpa
{
    using Mpa.Internal;

    public sealed partial class MpaClient
    {
        /// <summary>Holds any key, as the library writes them.</summary>
        private const int ProofKeySize = 512;

        /// <summary>Gives the client another token, for all requests that begin from now on. Never
        /// blocks.</summary>
        public MpaResult SetAuthorization(MpaAuthorization authorization)
        {
            MpaResult set = Set(handle, authorization);
            GC.KeepAlive(this);
            return set;
        }

        /// <summary>Copies the authorization in use, with its proof key, so that one process can sign in
        /// for many: it hands them on to the servers, which push them with
        /// <see cref="SetAuthorization"/>. False where there is none:
        /// <see cref="MpaStatus.AuthorizationNeeded"/>. A client that signs in by itself begins to do so
        /// with the first call: ask again in a moment. Never blocks.</summary>
        public bool TryGetAuthorization(
            [MaybeNullWhen(false)] out MpaAuthorization authorization, out MpaResult result)
        {
            bool got = TryGet(handle, out authorization, out result);
            GC.KeepAlive(this);
            return got;
        }

        private static unsafe MpaResult Set(
            Native.mpa_client handle, [AllowNull] MpaAuthorization authorization)
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
                Native.mpa_client_set_authorization(handle, &raw, &result);
            }
            return new MpaResult(&result);
        }

        private static unsafe bool TryGet(
            Native.mpa_client handle, [MaybeNullWhen(false)] out MpaAuthorization authorization,
            out MpaResult result)
        {
            authorization = null;
            // On the stack, where the collector makes no copies.
            const int HeaderSize = (int)MpaLimits.MaxAuthorizationHeaderLength + 1;
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

        /// <summary>Tells a client that signs in by itself that the service refused the token that it
        /// gave out. If that token is still the one in use, it is not given out again, and another is
        /// obtained at once in the background; with any other token nothing happens. Never
        /// blocks.</summary>
        public unsafe MpaResult InvalidateAuthorization(MpaAuthorization authorization)
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
                Native.mpa_client_invalidate_authorization(handle, &raw, &result);
            }
            return Ended(&result);
        }

        private static unsafe Native.mpa_authorization Raw(MpaAuthorization authorization, string name, Texts texts)
        {
            return new Native.mpa_authorization
            {
                struct_size = (uint)sizeof(Native.mpa_authorization),
                header = texts.Add(authorization.Header, name + ".Header"),
                expires_at_unix_ms = Time.UnixMs(authorization.ExpiresAt),
                proof_key_pem = texts.Add(authorization.ProofKeyPem, name + ".ProofKeyPem"),
            };
        }
    }
}
