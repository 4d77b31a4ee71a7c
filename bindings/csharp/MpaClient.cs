using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;

namespace Mpa
{
    using Mpa.Internal;

    /// <summary>A client of the service for one title. Every member may be called from any thread at any time, also
    /// while another thread closes the client.</summary>
    public sealed partial class MpaClient
        : IMpaClient, IMpaActivityClient, IMpaMatchClient, IMpaRecentPlayersClient
    {
        private readonly Native.mpa_client handle;
        private readonly uint closeDeadlineMs;

        private MpaClient(Native.mpa_client handle, MpaClientConfig config)
        {
            this.handle = handle;
            closeDeadlineMs = Time.Deadline(config.CloseDeadline);
            operations = new Operations(handle, config);
            operations.Notifications.SetSender(this);
            operations.Begin();
        }

        /// <summary>A client that was not disposed is closed without waiting, also when Unity reloads
        /// its domain.</summary>
        unsafe ~MpaClient()
        {
            Native.mpa_client_close(handle, 0, null);
        }

        /// <summary>Invites users on behalf of the user whose token is sent, and blocks until the service has
        /// responded: do not call it on the game thread.</summary>
        public MpaResult SendInvite(MpaInvite invite)
        {
            MpaResult sent = Call(invite, null);
            return invite?.Authorization == null ? Observed(sent) : sent;
        }

        /// <summary>Invites users on behalf of <see cref="MpaServerInvite.Sender"/>, and blocks until the service has
        /// responded: do not call it on the game thread.</summary>
        public MpaResult SendServerInvite(MpaServerInvite invite)
        {
            return Observed(Call(invite, null));
        }

        private unsafe MpaResult Call([AllowNull] IInvite invite, [AllowNull] Submission submission)
        {
            if (invite == null)
            {
                return MpaResult.Invalid("invite is null. Nothing was sent.");
            }
            var own = invite.Authorization;
            ulong[] users = Xuids.Array(invite.InvitedUsers);
            var result = Native.mpa_result.Init();
            ulong operation = 0;
            using (var texts = new Texts())
            fixed (ulong* userNumbers = users)
            {
                var authorization = own == null
                    ? default(Native.mpa_authorization)
                    : Authorizations.Raw(own, "invite.Authorization", texts);
                byte* connectionString = texts.Add(invite.ConnectionString, "invite.ConnectionString");
                if (texts.Refusal != null)
                {
                    return texts.Refusal;
                }
                uint timeToLive = Time.Limit(invite.TimeToLive);
                if (invite.Sender == null)
                {
                    var raw = new Native.mpa_invite
                    {
                        struct_size = (uint)sizeof(Native.mpa_invite),
                        platform = (int)invite.Platform,
                        invited_users = userNumbers,
                        invited_user_count = (uint)users.Length,
                        time_to_live_ms = timeToLive,
                        connection_string = connectionString,
                        authorization = own == null ? null : &authorization,
                    };
                    if (submission == null)
                    {
                        Native.mpa_send_invite(handle, &raw, &result);
                    }
                    else
                    {
                        Native.mpa_submit_invite(handle, &raw, submission.Key, &operation, &result);
                    }
                }
                else
                {
                    var raw = new Native.mpa_server_invite
                    {
                        struct_size = (uint)sizeof(Native.mpa_server_invite),
                        platform = (int)invite.Platform,
                        sender = invite.Sender.Value,
                        invited_users = userNumbers,
                        invited_user_count = (uint)users.Length,
                        time_to_live_ms = timeToLive,
                        connection_string = connectionString,
                    };
                    if (submission == null)
                    {
                        Native.mpa_send_server_invite(handle, &raw, &result);
                    }
                    else
                    {
                        Native.mpa_submit_server_invite(handle, &raw, submission.Key, &operation, &result);
                    }
                }
            }
            return Submitted(submission, operation, &result, users.Length);
        }

        /// <summary>Reports to the service who met whom, and blocks until it has responded: do not call it on the
        /// game thread. 1 to <see cref="MpaLimits.MaxGroupsPerCall"/> groups.</summary>
        public MpaResult PostRecentPlayerGroups(IReadOnlyList<MpaRecentPlayerGroup> groups)
        {
            return Observed(Call(groups, null));
        }

        private unsafe MpaResult Call(
            [AllowNull] IReadOnlyList<MpaRecentPlayerGroup> groups, [AllowNull] Submission submission)
        {
            groups = groups ?? Array.Empty<MpaRecentPlayerGroup>();
            var copies = new MpaRecentPlayerGroup[groups.Count];
            var playersOf = new ulong[copies.Length][];
            int playerCount = 0;
            for (int i = 0; i < copies.Length; i++)
            {
                copies[i] = groups[i];
                if (copies[i] == null)
                {
                    return MpaResult.Invalid("groups[" + i + "] is null. Nothing was sent.", copies.Length);
                }
                playersOf[i] = Xuids.Array(copies[i].Players);
                playerCount += playersOf[i].Length;
            }
            // All players in one array, so that there is one thing to pin however many groups.
            var players = new ulong[playerCount];
            var raw = new Native.mpa_recent_player_group[copies.Length];
            var result = Native.mpa_result.Init();
            ulong operation = 0;
            fixed (ulong* playerNumbers = players)
            fixed (Native.mpa_recent_player_group* rawGroups = raw)
            {
                int offset = 0;
                for (int i = 0; i < raw.Length; i++)
                {
                    int length = playersOf[i].Length;
                    Array.Copy(playersOf[i], 0, players, offset, length);
                    rawGroups[i].struct_size = (uint)sizeof(Native.mpa_recent_player_group);
                    rawGroups[i].encounter_type = (int)copies[i].EncounterType;
                    rawGroups[i].timestamp_unix_ms = Time.UnixMs(copies[i].Timestamp);
                    rawGroups[i].players = playerNumbers + offset;
                    rawGroups[i].player_count = (uint)length;
                    offset += length;
                }
                uint count = (uint)raw.Length;
                if (submission == null)
                {
                    Native.mpa_post_recent_player_groups(handle, rawGroups, count, &result);
                }
                else
                {
                    Native.mpa_submit_recent_player_groups(
                        handle, rawGroups, count, submission.Key, &operation, &result);
                }
            }
            return Submitted(submission, operation, &result, raw.Length);
        }

        /// <summary>No event reports a blocking call without an authorization.</summary>
        private MpaResult Observed(MpaResult result)
        {
            if (result.Status == MpaStatus.Unauthorized)
            {
                operations.Authorizations.Renew(MpaAuthorizationReason.Refused);
            }
            else if (result.Status == MpaStatus.AuthorizationNeeded)
            {
                operations.Authorizations.Renew(
                    operations.Authorizations.IsGiven
                        ? MpaAuthorizationReason.Expired : MpaAuthorizationReason.Missing);
            }
            return result;
        }

        /// <summary>The end of a call, or of submitting it. The finalizer must not close the client while a call
        /// is in it.</summary>
        private unsafe MpaResult Submitted(
            [AllowNull] Submission submission, ulong operation, Native.mpa_result* result, int total)
        {
            if (submission != null)
            {
                submission.Operation = operation;
            }
            GC.KeepAlive(this);
            return new MpaResult(result, total);
        }
    }
}
