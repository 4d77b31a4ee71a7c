// Generated from src/ffi: cargo run -p mpa-tests --bin write-bindings. Do not edit.

using System.Runtime.InteropServices;

// What the C side fills or leaves zero is never assigned here.
#pragma warning disable 649

namespace Mpa.Internal
{
    /// <summary>mpa.h, declaration by declaration and under its names. All structs have the same
    /// layout in C and here, so that nothing is converted on the way.</summary>
    internal static unsafe class Native
    {
        /// <summary>libmpa.so, mpa.dll or libmpa.dylib.</summary>
        private const string Library = "mpa";

        [StructLayout(LayoutKind.Sequential, Size = 736)]
        internal struct mpa_result
        {
            public uint struct_size;
            public int status;
            public int cause;
            public uint acknowledged;
            public uint uncertain;
            public uint refused;
            public uint retryable;
            public uint retry_after_ms;
            public uint http_status;
            public uint attempts;
            public uint queued_ms;
            public uint elapsed_ms;
            public uint current_requests;
            public uint max_requests;
            public uint period_s;
            public uint service_code;
            public fixed byte limit_type[32];
            public fixed byte error_code[64];
            public fixed byte correlation_id[64];
            public fixed byte message[512];

            public static mpa_result Init()
            {
                return new mpa_result { struct_size = (uint)sizeof(mpa_result) };
            }
        }

        [StructLayout(LayoutKind.Sequential, Size = 24)]
        internal struct mpa_unsent
        {
            public uint struct_size;
            public int resend;
            public uint first;
            public uint count;
            public uint refused_for_now;
            public uint delay_ms;

            public static mpa_unsent Init()
            {
                return new mpa_unsent { struct_size = (uint)sizeof(mpa_unsent) };
            }
        }

        [StructLayout(LayoutKind.Sequential, Size = 40)]
        internal struct mpa_authorization
        {
            public uint struct_size;
            public uint reserved;
            public byte* header;
            public ulong expires_at_unix_ms;
            public byte* proof_key_pem;
            public ulong expires_in_ms;

            public static mpa_authorization Init()
            {
                return new mpa_authorization { struct_size = (uint)sizeof(mpa_authorization) };
            }
        }

        [StructLayout(LayoutKind.Sequential, Size = 8)]
        internal struct mpa_client
        {
            public ulong id;
        }

        [StructLayout(LayoutKind.Sequential, Size = 216)]
        internal struct mpa_client_config
        {
            public uint struct_size;
            public uint title_id;
            public byte* endpoint;
            public byte* authorization_header;
            public byte* ca_certificates_path;
            public byte* user_agent;
            public int ca_mode;
            public uint allow_plain_http;
            public uint connect_timeout_ms;
            public uint request_timeout_ms;
            public uint call_timeout_ms;
            public uint max_attempts;
            public uint invite_limit;
            public uint recent_players_limit;
            public uint activity_write_limit;
            public uint activity_read_limit;
            public uint limit_period_ms;
            public uint invite_time_to_live_ms;
            public uint recent_players_time_to_live_ms;
            public uint recent_players_hold_ms;
            public uint worker_count;
            public uint queue_capacity;
            public uint queue_capacity_bytes;
            public uint authorization_lead_ms;
            public ulong owner_tag;
            public int log_level;
            public uint reserved;
            public byte* certificate_path;
            public byte* private_key_path;
            public byte* certificate_password;
            public byte* certificate_pem;
            public byte* private_key_pem;
            public byte* sandbox_id;
            public byte* relying_party;
            public byte* sign_in_endpoint;
            public byte* token_endpoint;
            public mpa_authorization* authorization;
            public byte* proxy_url;

            public static mpa_client_config Init()
            {
                return new mpa_client_config { struct_size = (uint)sizeof(mpa_client_config) };
            }
        }

        [StructLayout(LayoutKind.Sequential, Size = 104)]
        internal struct mpa_close_report
        {
            public uint struct_size;
            public uint reserved;
            public ulong calls;
            public ulong succeeded;
            public ulong uncertain;
            public ulong failed;
            public ulong unfinished;
            public ulong submitted;
            public ulong operations_succeeded;
            public ulong operations_uncertain;
            public ulong operations_failed;
            public ulong operations_abandoned;
            public ulong operations_unfinished;
            public ulong events_not_polled;

            public static mpa_close_report Init()
            {
                return new mpa_close_report { struct_size = (uint)sizeof(mpa_close_report) };
            }
        }

        [StructLayout(LayoutKind.Sequential, Size = 48)]
        internal struct mpa_authorization_buffers
        {
            public uint struct_size;
            public uint reserved;
            public byte* header;
            public byte* proof_key_pem;
            public uint header_size;
            public uint proof_key_pem_size;
            public ulong expires_at_unix_ms;
            public ulong expires_in_ms;

            public static mpa_authorization_buffers Init()
            {
                return new mpa_authorization_buffers { struct_size = (uint)sizeof(mpa_authorization_buffers) };
            }
        }

        [StructLayout(LayoutKind.Sequential, Size = 40)]
        internal struct mpa_invite
        {
            public uint struct_size;
            public int platform;
            public ulong* invited_users;
            public uint invited_user_count;
            public uint time_to_live_ms;
            public byte* connection_string;
            public mpa_authorization* authorization;

            public static mpa_invite Init()
            {
                return new mpa_invite { struct_size = (uint)sizeof(mpa_invite) };
            }
        }

        [StructLayout(LayoutKind.Sequential, Size = 40)]
        internal struct mpa_server_invite
        {
            public uint struct_size;
            public int platform;
            public ulong sender;
            public ulong* invited_users;
            public uint invited_user_count;
            public uint time_to_live_ms;
            public byte* connection_string;

            public static mpa_server_invite Init()
            {
                return new mpa_server_invite { struct_size = (uint)sizeof(mpa_server_invite) };
            }
        }

        [StructLayout(LayoutKind.Sequential, Size = 32)]
        internal struct mpa_recent_player_group
        {
            public uint struct_size;
            public int encounter_type;
            public ulong timestamp_unix_ms;
            public ulong* players;
            public uint player_count;
            public uint reserved;

            public static mpa_recent_player_group Init()
            {
                return new mpa_recent_player_group { struct_size = (uint)sizeof(mpa_recent_player_group) };
            }
        }

        [StructLayout(LayoutKind.Sequential, Size = 24)]
        internal struct mpa_recent_player
        {
            public uint struct_size;
            public int encounter_type;
            public ulong xuid;
            public ulong timestamp_unix_ms;

            public static mpa_recent_player Init()
            {
                return new mpa_recent_player { struct_size = (uint)sizeof(mpa_recent_player) };
            }
        }

        [StructLayout(LayoutKind.Sequential, Size = 24)]
        internal struct mpa_user_recent_players
        {
            public uint struct_size;
            public uint recent_player_count;
            public ulong xuid;
            public mpa_recent_player* recent_players;

            public static mpa_user_recent_players Init()
            {
                return new mpa_user_recent_players { struct_size = (uint)sizeof(mpa_user_recent_players) };
            }
        }

        [StructLayout(LayoutKind.Sequential, Size = 56)]
        internal struct mpa_activity
        {
            public uint struct_size;
            public int join_restriction;
            public byte* connection_string;
            public byte* group_id;
            public uint max_players;
            public uint current_players;
            public int platform;
            public uint time_to_live_ms;
            public ulong sequence_number;
            public mpa_authorization* authorization;

            public static mpa_activity Init()
            {
                return new mpa_activity { struct_size = (uint)sizeof(mpa_activity) };
            }
        }

        [StructLayout(LayoutKind.Sequential, Size = 1968)]
        internal struct mpa_activity_record
        {
            public uint struct_size;
            public uint title_id;
            public ulong xuid;
            public ulong sequence_number;
            public int join_restriction;
            public int platform;
            public uint max_players;
            public uint current_players;
            public fixed byte connection_string[1544];
            public fixed byte group_id[384];

            public static mpa_activity_record Init()
            {
                return new mpa_activity_record { struct_size = (uint)sizeof(mpa_activity_record) };
            }
        }

        [StructLayout(LayoutKind.Sequential, Size = 32)]
        internal struct mpa_event
        {
            public uint struct_size;
            public int type;
            public ulong operation;
            public ulong user_data;
            public int reason;
            public uint reserved;

            public static mpa_event Init()
            {
                return new mpa_event { struct_size = (uint)sizeof(mpa_event) };
            }
        }

        [StructLayout(LayoutKind.Sequential, Size = 8)]
        internal struct mpa_match
        {
            public ulong id;
        }

        [StructLayout(LayoutKind.Sequential, Size = 16)]
        internal struct mpa_match_config
        {
            public uint struct_size;
            public uint minimum_together_ms;
            public ulong user_data;

            public static mpa_match_config Init()
            {
                return new mpa_match_config { struct_size = (uint)sizeof(mpa_match_config) };
            }
        }

        [StructLayout(LayoutKind.Sequential, Size = 1152)]
        internal struct mpa_lane_stats
        {
            public ulong submitted;
            public ulong calls;
            public fixed ulong completed[96];
            public ulong requests;
            public ulong retries;
            public ulong throttled;
            public ulong items;
            public fixed ulong queue_wait_buckets[16];
            public ulong queue_wait_sum_ms;
            public fixed ulong request_duration_buckets[16];
            public ulong request_duration_sum_ms;
            public ulong queued;
            public ulong running;
            public ulong oldest_queued_ms;
            public fixed ulong reserved[5];
        }

        [StructLayout(LayoutKind.Sequential, Size = 4704)]
        internal struct mpa_stats
        {
            public uint struct_size;
            public uint clock_offset_known;
            public mpa_lane_stats invites;
            public mpa_lane_stats recent_players;
            public mpa_lane_stats activities;
            public mpa_lane_stats activity_queries;
            public ulong held_operations;
            public ulong held_bytes;
            public ulong completions_waiting;
            public long since_last_poll_ms;
            public long since_last_success_ms;
            public ulong authorization_expires_at_unix_ms;
            public long clock_offset_ms;
            public ulong certificate_expires_at_unix_ms;
            public ulong last_sign_in_at_unix_ms;
            public ulong sign_in_attempts;
            public ulong sign_in_failures;

            public static mpa_stats Init()
            {
                return new mpa_stats { struct_size = (uint)sizeof(mpa_stats) };
            }
        }

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern uint mpa_version();

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern byte* mpa_version_string();

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern byte* mpa_status_name(int status);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern byte* mpa_status_description(int status);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_result_unsent(mpa_result* result, uint count, mpa_unsent* unsent);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_client_open(
            mpa_client_config* config,
            mpa_client* client,
            mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_client_close(
            mpa_client client,
            uint deadline_ms,
            mpa_close_report* report);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_close_all(ulong owner_tag, uint deadline_ms);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_client_set_authorization(
            mpa_client client,
            mpa_authorization* authorization,
            mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_client_get_authorization(
            mpa_client client,
            mpa_authorization_buffers* buffers,
            mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_client_invalidate_authorization(
            mpa_client client,
            mpa_authorization* authorization,
            mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_send_invite(mpa_client client, mpa_invite* invite, mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_send_server_invite(
            mpa_client client,
            mpa_server_invite* invite,
            mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_post_recent_player_groups(
            mpa_client client,
            mpa_recent_player_group* groups,
            uint count,
            mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_post_recent_players(
            mpa_client client,
            mpa_recent_player* players,
            uint count,
            mpa_authorization* authorization,
            mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_post_server_recent_players(
            mpa_client client,
            mpa_user_recent_players* users,
            uint count,
            mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_set_activity(
            mpa_client client,
            ulong xuid,
            mpa_activity* activity,
            mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_delete_activity(
            mpa_client client,
            ulong xuid,
            ulong sequence_number,
            mpa_authorization* authorization,
            mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_query_activities(
            mpa_client client,
            ulong* xuids,
            uint count,
            mpa_authorization* authorization,
            mpa_activity_record* records,
            uint capacity,
            uint* total,
            mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_get_activities(
            mpa_client client,
            ulong xuid,
            mpa_authorization* authorization,
            mpa_activity_record* records,
            uint capacity,
            uint* total,
            mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_read_activities(
            mpa_client client,
            ulong operation,
            mpa_activity_record* records,
            uint capacity,
            uint* total,
            mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_submit_invite(
            mpa_client client,
            mpa_invite* invite,
            ulong user_data,
            ulong* operation,
            mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_submit_server_invite(
            mpa_client client,
            mpa_server_invite* invite,
            ulong user_data,
            ulong* operation,
            mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_submit_recent_player_groups(
            mpa_client client,
            mpa_recent_player_group* groups,
            uint count,
            ulong user_data,
            ulong* operation,
            mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_submit_recent_players(
            mpa_client client,
            mpa_recent_player* players,
            uint count,
            mpa_authorization* authorization,
            ulong user_data,
            ulong* operation,
            mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_submit_server_recent_players(
            mpa_client client,
            mpa_user_recent_players* users,
            uint count,
            ulong user_data,
            ulong* operation,
            mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_submit_set_activity(
            mpa_client client,
            ulong xuid,
            mpa_activity* activity,
            ulong user_data,
            ulong* operation,
            mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_submit_delete_activity(
            mpa_client client,
            ulong xuid,
            ulong sequence_number,
            mpa_authorization* authorization,
            ulong user_data,
            ulong* operation,
            mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_submit_query_activities(
            mpa_client client,
            ulong* xuids,
            uint count,
            mpa_authorization* authorization,
            ulong user_data,
            ulong* operation,
            mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_submit_get_activities(
            mpa_client client,
            ulong xuid,
            mpa_authorization* authorization,
            ulong user_data,
            ulong* operation,
            mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_poll_event(mpa_client client, mpa_event* @event, mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_wait_event(
            mpa_client client,
            uint timeout_ms,
            mpa_event* @event,
            mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_client_wake(mpa_client client);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_cancel(mpa_client client, ulong operation, mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_match_open(
            mpa_client client,
            mpa_match_config* config,
            mpa_match* match,
            mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_match_join(mpa_match match, ulong xuid, uint team, mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_match_leave(mpa_match match, ulong xuid, mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_match_close(
            mpa_match match,
            ulong user_data,
            ulong* operation,
            mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_client_drain(mpa_client client, uint deadline_ms, mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_client_flush(mpa_client client, uint deadline_ms, mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_client_stats(mpa_client client, mpa_stats* stats, mpa_result* result);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_completion_kind(uint index, int* status, int* cause);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern ulong mpa_lane_stats_completed(mpa_lane_stats* lane, int status);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        internal static extern int mpa_stats_prometheus(
            mpa_stats* stats,
            byte* labels,
            byte* buffer,
            uint size,
            uint* length,
            mpa_result* result);
    }
}
