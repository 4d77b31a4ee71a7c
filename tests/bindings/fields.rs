// Generated from src/ffi: cargo run -p mpa-tests --bin write-bindings. Do not edit.

use mpa::ffi::activity::mpa_activity;
use mpa::ffi::activity_query::mpa_activity_record;
use mpa::ffi::authorization::mpa_authorization_buffers;
use mpa::ffi::client::mpa_client;
use mpa::ffi::client::mpa_client_config;
use mpa::ffi::close::mpa_close_report;
use mpa::ffi::event::mpa_event;
use mpa::ffi::invite::mpa_invite;
use mpa::ffi::invite::mpa_server_invite;
use mpa::ffi::matches::mpa_match;
use mpa::ffi::matches::mpa_match_config;
use mpa::ffi::recent_players::mpa_recent_player;
use mpa::ffi::recent_players::mpa_recent_player_group;
use mpa::ffi::recent_players::mpa_user_recent_players;
use mpa::ffi::result::mpa_result;
use mpa::ffi::stats::mpa_lane_stats;
use mpa::ffi::stats::mpa_stats;
use mpa::ffi::token::mpa_authorization;
use mpa::ffi::unsent::mpa_unsent;

use super::layout::lay_out;

pub fn in_rust() -> Vec<String> {
    lay_out! {
        mpa_result {
            struct_size status cause acknowledged uncertain refused retryable retry_after_ms http_status
            attempts queued_ms elapsed_ms current_requests max_requests period_s service_code limit_type
            error_code correlation_id message
        }
        mpa_unsent {
            struct_size resend first count refused_for_now delay_ms
        }
        mpa_authorization {
            struct_size reserved header expires_at_unix_ms proof_key_pem expires_in_ms
        }
        mpa_client {
            id
        }
        mpa_client_config {
            struct_size title_id endpoint authorization_header ca_certificates_path user_agent ca_mode
            allow_plain_http connect_timeout_ms request_timeout_ms call_timeout_ms max_attempts
            invite_limit recent_players_limit activity_write_limit activity_read_limit limit_period_ms
            invite_time_to_live_ms recent_players_time_to_live_ms recent_players_hold_ms worker_count
            queue_capacity queue_capacity_bytes authorization_lead_ms owner_tag log_level reserved
            certificate_path private_key_path certificate_password certificate_pem private_key_pem
            sandbox_id relying_party sign_in_endpoint token_endpoint authorization proxy_url
        }
        mpa_close_report {
            struct_size reserved calls succeeded uncertain failed unfinished submitted
            operations_succeeded operations_uncertain operations_failed operations_abandoned
            operations_unfinished events_not_polled
        }
        mpa_authorization_buffers {
            struct_size reserved header proof_key_pem header_size proof_key_pem_size expires_at_unix_ms
            expires_in_ms
        }
        mpa_invite {
            struct_size platform invited_users invited_user_count time_to_live_ms connection_string
            authorization
        }
        mpa_server_invite {
            struct_size platform sender invited_users invited_user_count time_to_live_ms
            connection_string
        }
        mpa_recent_player_group {
            struct_size encounter_type timestamp_unix_ms players player_count reserved
        }
        mpa_recent_player {
            struct_size encounter_type xuid timestamp_unix_ms
        }
        mpa_user_recent_players {
            struct_size recent_player_count xuid recent_players
        }
        mpa_activity {
            struct_size join_restriction connection_string group_id max_players current_players platform
            time_to_live_ms sequence_number authorization
        }
        mpa_activity_record {
            struct_size title_id xuid sequence_number join_restriction platform max_players
            current_players connection_string group_id
        }
        mpa_event {
            struct_size r#type operation user_data reason reserved
        }
        mpa_match {
            id
        }
        mpa_match_config {
            struct_size minimum_together_ms user_data
        }
        mpa_lane_stats {
            submitted calls completed requests retries throttled items queue_wait_buckets
            queue_wait_sum_ms request_duration_buckets request_duration_sum_ms queued running
            oldest_queued_ms reserved
        }
        mpa_stats {
            struct_size clock_offset_known invites recent_players activities activity_queries
            held_operations held_bytes completions_waiting since_last_poll_ms since_last_success_ms
            authorization_expires_at_unix_ms clock_offset_ms certificate_expires_at_unix_ms
            last_sign_in_at_unix_ms sign_in_attempts sign_in_failures
        }
    }
}
