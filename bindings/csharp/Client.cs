using System;
using System.Collections.Generic;

namespace Mpa
{
    /// <summary>A way to the service for one title. Every member may be called from any thread at
    /// any time, also while another thread closes the client.</summary>
    public sealed unsafe partial class Client : IDisposable
    {
        private readonly Native.mpa_client handle;
        private readonly uint closeDeadlineMs;

        private Client(Native.mpa_client handle, ClientConfig config)
        {
            this.handle = handle;
            closeDeadlineMs = Time.Deadline(config.CloseDeadline);
            operations = new Operations(handle, config.HostPolls);
        }

        /// <summary>A client that nobody disposed is closed without waiting, also when Unity reloads
        /// its domain.</summary>
        ~Client()
        {
            Native.mpa_client_close(handle, 0, null);
        }

        /// <summary>Opens a client; null on failure. Reads the files that the configuration names,
        /// and nothing else: no network, no thread. That the service can be reached shows with the
        /// first call.</summary>
        public static Result Open(ClientConfig config, out Client client)
        {
            client = null;
            if (config == null)
            {
                return Result.Invalid("config is null.");
            }
            byte[] endpoint = null, token = null, caPath = null, userAgent = null;
            Result refusal = Text.Encode(config.Endpoint, "config.endpoint", out endpoint)
                ?? Text.Encode(config.AuthorizationHeader, "config.authorization_header", out token)
                ?? Text.Encode(config.CaCertificatesPath, "config.ca_certificates_path", out caPath)
                ?? Text.Encode(config.UserAgent, "config.user_agent", out userAgent);
            if (refusal != null)
            {
                return refusal;
            }
            var result = Native.mpa_result.Init();
            var handle = new Native.mpa_client();
            try
            {
                fixed (byte* endpointText = endpoint, tokenText = token)
                fixed (byte* caPathText = caPath, userAgentText = userAgent)
                {
                    var raw = new Native.mpa_client_config
                    {
                        struct_size = (uint)sizeof(Native.mpa_client_config),
                        title_id = config.TitleId,
                        endpoint = endpointText,
                        authorization_header = tokenText,
                        ca_certificates_path = caPathText,
                        user_agent = userAgentText,
                        ca_mode = (int)config.CaMode,
                        allow_plain_http = config.AllowPlainHttp ? 1u : 0u,
                        connect_timeout_ms = Time.Limit(config.ConnectTimeout),
                        request_timeout_ms = Time.Limit(config.RequestTimeout),
                        call_timeout_ms = Time.Limit(config.CallTimeout),
                        max_attempts = config.MaxAttempts,
                        invite_limit = config.InviteLimit,
                        recent_players_limit = config.RecentPlayersLimit,
                        limit_period_ms = Time.Limit(config.LimitPeriod),
                        invite_time_to_live_ms = Time.Limit(config.InviteTimeToLive),
                        recent_players_time_to_live_ms = Time.Limit(config.RecentPlayersTimeToLive),
                        recent_players_hold_ms = Time.OrNone(config.RecentPlayersHold),
                        worker_count = config.WorkerCount,
                        queue_capacity = config.QueueCapacity,
                        queue_capacity_bytes = config.QueueCapacityBytes,
                        authorization_lead_ms = Time.OrNone(config.AuthorizationLead),
                        owner_tag = config.OwnerTag,
                        log_level = (int)config.LogLevel,
                    };
                    Native.mpa_client_open(&raw, &handle, &result);
                }
            }
            finally
            {
                Text.Wipe(token);
            }
            if (handle.id != 0)
            {
                client = new Client(handle, config);
            }
            return new Result(&result);
        }

        /// <summary>Gives the client another token, for all requests that begin from now on. Never
        /// blocks.</summary>
        public Result SetAuthorization(Authorization authorization)
        {
            if (authorization == null)
            {
                return Result.Invalid("authorization is null.");
            }
            Result refusal = Text.Encode(authorization.Header, "authorization.header", out byte[] token);
            if (refusal != null)
            {
                return refusal;
            }
            var result = Native.mpa_result.Init();
            try
            {
                fixed (byte* tokenText = token)
                {
                    var raw = Raw(authorization, tokenText);
                    Native.mpa_client_set_authorization(handle, &raw, &result);
                }
            }
            finally
            {
                Text.Wipe(token);
            }
            return Ended(&result);
        }

        /// <summary>Invites users on behalf of the user whose token is sent, and waits for the
        /// service's answer: not for a game's own thread.</summary>
        public Result SendInvite(Invite invite)
        {
            return Call(invite, null);
        }

        private Result Call(Invite invite, Submission submission)
        {
            if (invite == null)
            {
                return Result.Invalid("invite is null. Nothing was sent.");
            }
            Authorization own = invite.Authorization;
            byte[] connectionString = null, token = null;
            string text = invite.ConnectionString;
            Result refusal = Text.Encode(text, "invite.connection_string", out connectionString)
                ?? Text.Encode(own?.Header, "invite.authorization.header", out token);
            if (refusal != null)
            {
                return refusal;
            }
            ulong[] users = Xuids.Array(invite.InvitedUsers);
            var result = Native.mpa_result.Init();
            try
            {
                fixed (ulong* userNumbers = users)
                fixed (byte* connectionText = connectionString, tokenText = token)
                {
                    var authorization = own == null ? default(Native.mpa_authorization) : Raw(own, tokenText);
                    var raw = new Native.mpa_invite
                    {
                        struct_size = (uint)sizeof(Native.mpa_invite),
                        platform = (int)invite.Platform,
                        invited_users = userNumbers,
                        invited_user_count = (uint)users.Length,
                        time_to_live_ms = Time.Limit(invite.TimeToLive),
                        connection_string = connectionText,
                        authorization = own == null ? null : &authorization,
                    };
                    if (submission == null)
                    {
                        Native.mpa_send_invite(handle, &raw, &result);
                    }
                    else
                    {
                        ulong operation = 0;
                        Native.mpa_submit_invite(handle, &raw, submission.Key, &operation, &result);
                        submission.Operation = operation;
                    }
                }
            }
            finally
            {
                Text.Wipe(token);
            }
            return Ended(&result);
        }

        /// <summary>Invites users on behalf of <see cref="ServerInvite.Sender"/>, and waits for the
        /// service's answer: not for a game's own thread.</summary>
        public Result SendServerInvite(ServerInvite invite)
        {
            return Call(invite, null);
        }

        private Result Call(ServerInvite invite, Submission submission)
        {
            if (invite == null)
            {
                return Result.Invalid("invite is null. Nothing was sent.");
            }
            Result refusal = Text.Encode(
                invite.ConnectionString, "invite.connection_string", out byte[] connectionString);
            if (refusal != null)
            {
                return refusal;
            }
            ulong[] users = Xuids.Array(invite.InvitedUsers);
            var result = Native.mpa_result.Init();
            fixed (ulong* userNumbers = users)
            fixed (byte* connectionText = connectionString)
            {
                var raw = new Native.mpa_server_invite
                {
                    struct_size = (uint)sizeof(Native.mpa_server_invite),
                    platform = (int)invite.Platform,
                    sender = invite.Sender,
                    invited_users = userNumbers,
                    invited_user_count = (uint)users.Length,
                    time_to_live_ms = Time.Limit(invite.TimeToLive),
                    connection_string = connectionText,
                };
                if (submission == null)
                {
                    Native.mpa_send_server_invite(handle, &raw, &result);
                }
                else
                {
                    ulong operation = 0;
                    Native.mpa_submit_server_invite(handle, &raw, submission.Key, &operation, &result);
                    submission.Operation = operation;
                }
            }
            return Ended(&result);
        }

        /// <summary>Tells the service who met whom, and waits for its answer: not for a game's own
        /// thread. 1 to <see cref="Limits.MaxGroupsPerCall"/> groups.</summary>
        public Result PostRecentPlayerGroups(IReadOnlyList<RecentPlayerGroup> groups)
        {
            return Call(groups, null);
        }

        private Result Call(IReadOnlyList<RecentPlayerGroup> groups, Submission submission)
        {
            var copies = new RecentPlayerGroup[groups == null ? 0 : groups.Count];
            var playersOf = new ulong[copies.Length][];
            int playerCount = 0;
            for (int i = 0; i < copies.Length; i++)
            {
                copies[i] = groups[i];
                if (copies[i] == null)
                {
                    return Result.Invalid("groups[" + i + "] is null. Nothing was sent.");
                }
                playersOf[i] = Xuids.Array(copies[i].Players);
                playerCount += playersOf[i].Length;
            }
            // All players in one array, so that there is one thing to pin however many groups.
            var players = new ulong[playerCount];
            var raw = new Native.mpa_recent_player_group[copies.Length];
            var result = Native.mpa_result.Init();
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
                    ulong operation = 0, key = submission.Key;
                    Native.mpa_submit_recent_player_groups(handle, rawGroups, count, key, &operation, &result);
                    submission.Operation = operation;
                }
            }
            return Ended(&result);
        }

        private static Native.mpa_authorization Raw(Authorization authorization, byte* token)
        {
            return new Native.mpa_authorization
            {
                struct_size = (uint)sizeof(Native.mpa_authorization),
                header = token,
                expires_at_unix_ms = Time.UnixMs(authorization.ExpiresAt),
            };
        }

        /// <summary>The finalizer must not close the client while a call is in it.</summary>
        private Result Ended(Native.mpa_result* result)
        {
            GC.KeepAlive(this);
            return new Result(result);
        }
    }
}
