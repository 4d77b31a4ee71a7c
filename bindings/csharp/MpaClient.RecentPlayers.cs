using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Threading;
using System.Threading.Tasks;

namespace Mpa
{
    using Mpa.Internal;

    // Whom a user met, one by one. Most servers report groups instead, or let a match do that.
    public sealed partial class MpaClient
    {
        /// <summary>Reports whom the user met whose token is sent, and blocks until the service has responded: do not
        /// call it on the game thread. 1 to <see cref="MpaLimits.MaxRecentPlayersPerCall"/> players.</summary>
        /// <param name="players">Whom the user met: an array or a list.</param>
        /// <param name="authorization">The user's own token, for this call only. Null: the client's.</param>
        public MpaResult PostRecentPlayers(
            IReadOnlyList<MpaRecentPlayer> players, [AllowNull] MpaAuthorization authorization = null)
        {
            MpaResult posted = Call(players, authorization, null);
            return authorization == null ? Observed(posted) : posted;
        }

        /// <summary>Reports for each of many users whom that user met, with a service's token, and blocks until the
        /// service has responded: do not call it on the game thread. 1 to <see cref="MpaLimits.MaxUsersPerCall"/>
        /// users. Use it if types or times differ from pair to pair; otherwise <see cref="PostRecentPlayerGroups"/>
        /// reports the same with less data.</summary>
        public MpaResult PostServerRecentPlayers(IReadOnlyList<MpaUserRecentPlayers> users)
        {
            return Observed(Call(users, null));
        }

        /// <summary>Submits what <see cref="PostRecentPlayers"/>
        /// sends: as <see cref="SendInviteAsync"/>.</summary>
        public Task<MpaResult> PostRecentPlayersAsync(
            IReadOnlyList<MpaRecentPlayer> players, [AllowNull] MpaAuthorization authorization = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return operations.Submit(New(players, authorization, cancellationToken));
        }

        /// <summary>Submits what <see cref="PostServerRecentPlayers"/> sends: as
        /// <see cref="PostRecentPlayerGroupsAsync"/>, also in how they are held and combined.</summary>
        public Task<MpaResult> PostServerRecentPlayersAsync(
            IReadOnlyList<MpaUserRecentPlayers> users, CancellationToken cancellationToken = default(CancellationToken))
        {
            return operations.Submit(New(users, cancellationToken));
        }

        /// <summary>As <see cref="SubmitInvite"/>.</summary>
        public void SubmitRecentPlayers(
            IReadOnlyList<MpaRecentPlayer> players, [AllowNull] MpaAuthorization authorization,
            Action<MpaResult> completed)
        {
            operations.Submit(New(players, authorization, CancellationToken.None, completed));
        }

        /// <summary>As <see cref="SubmitInvite"/>.</summary>
        public void SubmitServerRecentPlayers(IReadOnlyList<MpaUserRecentPlayers> users, Action<MpaResult> completed)
        {
            operations.Submit(New(users, CancellationToken.None, completed));
        }

        /// <summary>As <see cref="EnqueueInviteAsync"/>.</summary>
        public Task<MpaOperation> EnqueueRecentPlayersAsync(
            IReadOnlyList<MpaRecentPlayer> players, [AllowNull] MpaAuthorization authorization = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return operations.EnqueueAsync(New(players, authorization, cancellationToken));
        }

        /// <summary>As <see cref="EnqueueInviteAsync"/>.</summary>
        public Task<MpaOperation> EnqueueServerRecentPlayersAsync(
            IReadOnlyList<MpaUserRecentPlayers> users, CancellationToken cancellationToken = default(CancellationToken))
        {
            return operations.EnqueueAsync(New(users, cancellationToken));
        }

        private Submission New(
            IReadOnlyList<MpaRecentPlayer> players, [AllowNull] MpaAuthorization authorization,
            CancellationToken cancellationToken, [AllowNull] Action<MpaResult> completed = null)
        {
            return operations.NewSubmission(
                this, false, players?.Count ?? 0, cancellationToken,
                submission => Call(players, authorization, submission), completed);
        }

        private Submission New(
            IReadOnlyList<MpaUserRecentPlayers> users, CancellationToken cancellationToken,
            [AllowNull] Action<MpaResult> completed = null)
        {
            return operations.NewSubmission(
                this, false, users?.Count ?? 0, cancellationToken, submission => Call(users, submission), completed);
        }

        private unsafe MpaResult Call(
            [AllowNull] IReadOnlyList<MpaRecentPlayer> players, [AllowNull] MpaAuthorization own,
            [AllowNull] Submission submission)
        {
            var raw = new Native.mpa_recent_player[players?.Count ?? 0];
            int wrong = Copy(players, raw, 0, raw.Length);
            if (wrong >= 0)
            {
                return MpaResult.Invalid("players[" + wrong + "] is null. Nothing was sent.", raw.Length);
            }
            var result = Native.mpa_result.Init();
            var count = (uint)raw.Length;
            ulong operation = 0;
            using (var texts = new Texts())
            fixed (Native.mpa_recent_player* rawPlayers = raw)
            {
                Native.mpa_authorization rawAuthorization;
                Native.mpa_authorization* authorization = Authorizations.Own(own, &rawAuthorization, texts);
                if (texts.Refusal != null)
                {
                    return texts.Refusal;
                }
                if (submission == null)
                {
                    Native.mpa_post_recent_players(handle, rawPlayers, count, authorization, &result);
                }
                else
                {
                    Native.mpa_submit_recent_players(
                        handle, rawPlayers, count, authorization, submission.Key, &operation, &result);
                }
            }
            return Submitted(submission, operation, &result, raw.Length);
        }

        private unsafe MpaResult Call(
            [AllowNull] IReadOnlyList<MpaUserRecentPlayers> users, [AllowNull] Submission submission)
        {
            users = users ?? Array.Empty<MpaUserRecentPlayers>();
            var raw = new Native.mpa_user_recent_players[users.Count];
            var playersOf = new IReadOnlyList<MpaRecentPlayer>[raw.Length];
            int playerCount = 0;
            for (int i = 0; i < raw.Length; i++)
            {
                MpaUserRecentPlayers user = users[i];
                if (user == null)
                {
                    return MpaResult.Invalid("users[" + i + "] is null. Nothing was sent.", raw.Length);
                }
                playersOf[i] = user.RecentPlayers ?? Array.Empty<MpaRecentPlayer>();
                raw[i].struct_size = (uint)sizeof(Native.mpa_user_recent_players);
                raw[i].xuid = user.Xuid;
                raw[i].recent_player_count = (uint)playersOf[i].Count;
                playerCount += playersOf[i].Count;
            }
            // All players in one array, so that there is one thing to pin however many users.
            var players = new Native.mpa_recent_player[playerCount];
            var result = Native.mpa_result.Init();
            ulong operation = 0;
            fixed (Native.mpa_recent_player* rawPlayers = players)
            fixed (Native.mpa_user_recent_players* rawUsers = raw)
            {
                int offset = 0;
                for (int i = 0; i < raw.Length; i++)
                {
                    var length = (int)rawUsers[i].recent_player_count;
                    int wrong = Copy(playersOf[i], players, offset, length);
                    if (wrong >= 0)
                    {
                        return MpaResult.Invalid(
                            "users[" + i + "].RecentPlayers[" + wrong + "] is null. Nothing was sent.", raw.Length);
                    }
                    rawUsers[i].recent_players = rawPlayers + offset;
                    offset += length;
                }
                if (submission == null)
                {
                    Native.mpa_post_server_recent_players(handle, rawUsers, (uint)raw.Length, &result);
                }
                else
                {
                    Native.mpa_submit_server_recent_players(
                        handle, rawUsers, (uint)raw.Length, submission.Key, &operation, &result);
                }
            }
            return Submitted(submission, operation, &result, raw.Length);
        }

        /// <summary>The index of the first that is null; -1: none is.</summary>
        private static unsafe int Copy(
            [AllowNull] IReadOnlyList<MpaRecentPlayer> players, Native.mpa_recent_player[] raw, int offset, int count)
        {
            for (int i = 0; players != null && i < count; i++)
            {
                MpaRecentPlayer player = players[i];
                if (player == null)
                {
                    return i;
                }
                raw[offset + i] = new Native.mpa_recent_player
                {
                    struct_size = (uint)sizeof(Native.mpa_recent_player),
                    encounter_type = (int)player.EncounterType,
                    xuid = player.Xuid,
                    timestamp_unix_ms = Time.UnixMs(player.Timestamp),
                };
            }
            return -1;
        }
    }
}
