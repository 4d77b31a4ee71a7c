// mpa_config.hpp: how a client is opened and how it ended. Included by mpa.hpp.

#ifndef MPA_CONFIG_HPP
#define MPA_CONFIG_HPP

#include "mpa_requests.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace mpa {

// Clients -----------------------------------------------------------------------------------------

/// How a client reaches the service.
struct ClientConfig {
    /// The decimal number of your title, from Partner Center. Required.
    std::uint32_t title_id = 0;
    /// Base URL of the service. Default: production.
    std::string endpoint;
    /// The token to begin with. Default: none yet, set one with Client::set_authorization.
    std::string authorization_header;
    /// The same, with when it expires and the key that it is bound to. Not together with
    /// authorization_header.
    std::optional<Authorization> authorization;
    /// A file of PEM certificates to trust. Default: only those that the library carries.
    std::string ca_certificates_path;
    /// Put before the library's own User-Agent, such as "MyGame/1.2".
    std::string user_agent;
    CaMode ca_mode = CaMode::Added;
    /// Lets plain http:// go to another machine too, which sends the token unencrypted.
    bool allow_plain_http = false;
    /// For connecting. Default: 3 s.
    std::chrono::milliseconds connect_timeout{0};
    /// For one request with its answer. Default: 5 s.
    std::chrono::milliseconds request_timeout{0};
    /// For a whole call that blocks. Default: 30 s.
    std::chrono::milliseconds call_timeout{0};
    /// The most attempts for each request, the first one included. 0: 4. 1: no retries. At most 10.
    uint32_t max_attempts = 0;
    /// How many requests with invites may go out in limit_period, up to 1,000; per user if the user's own
    /// token is sent. 0: only the limits that the service reports.
    uint32_t invite_limit = 0;
    /// How many requests with recent players may go out in limit_period. 0: the same.
    uint32_t recent_players_limit = 0;
    /// How many requests that set or delete activities may go out in limit_period. 0: the same.
    std::uint32_t activity_write_limit = 0;
    /// How many requests that get or query activities may go out in limit_period. 0: the same.
    std::uint32_t activity_read_limit = 0;
    /// Of the limits above, up to an hour. Required if one of them is set.
    std::chrono::milliseconds limit_period{0};
    /// How long a submitted invite may take until it is sent. Default: 30 s. This and the three durations
    /// below, mpa::none aside, are at most a day; longer and negative ones are refused.
    std::chrono::milliseconds invite_time_to_live{0};
    /// How long submitted recent players may take until they are sent. Default: 10 minutes.
    std::chrono::milliseconds recent_players_time_to_live{0};
    /// How long those are held, to be combined into full requests: no longer than until 250 ms before the
    /// end of their time to live. Default: 2 s. mpa::none: not at all.
    std::chrono::milliseconds recent_players_hold{0};
    /// How many threads send submitted invites. 0: 1. At most 64.
    std::uint32_t worker_count = 0;
    /// How many operations may be submitted and not polled yet. 0: 4,096. At most 1,000,000.
    std::uint32_t queue_capacity = 0;
    /// How much they may carry, in bytes: users, players, texts, tokens. 0: 16 MiB. In memory it takes up
    /// to a third more, and 2 KiB for each operation.
    std::uint32_t queue_capacity_bytes = 0;
    /// How long before the authorization expires EventType::AuthorizationNeeded comes. Default: 10
    /// minutes. mpa::none: not before operations wait for one. Of a client that signs in by itself: how
    /// long before its expiry a token is renewed; default: a quarter of its lifetime, at most a day.
    std::chrono::milliseconds authorization_lead{0};
    /// Yours, for close_all: the owner of this client. 0: none.
    std::uint64_t owner_tag = 0;
    /// Up to which level EventType::Log comes.
    LogLevel log_level = LogLevel::Off;
    /// For a client that signs in by itself: the file of the publisher's certificate with its chain, in
    /// PEM, or a PKCS#12 file. Default: the client is given tokens.
    std::string certificate_path;
    /// The file with the private key. Default: it is in the file of the certificate.
    std::string private_key_path;
    /// The password of the PKCS#12 file. Default: none.
    std::string certificate_password;
    /// The certificate with its chain as PEM text, instead of certificate_path.
    std::string certificate_pem;
    /// The private key as PEM text. Default: it is in certificate_pem.
    std::string private_key_pem;
    /// The sandbox that tokens are for; case matters. Default: "RETAIL".
    std::string sandbox_id;
    /// The relying party that tokens are issued for. Default: "http://xboxlive.com".
    std::string relying_party;
    /// Base URLs of the services that take the certificate and give tokens. Default: production.
    std::string sign_in_endpoint;
    std::string token_endpoint;
    /// The HTTP proxy that https:// connections go through: "http://host:port" or
    /// "http://user:password@host:port", with the special characters of user and password percent-encoded.
    /// Default: none; the environment is not read.
    std::string proxy_url;
    /// How long the destructor waits, at most, for calls that other threads are in. Without such
    /// calls it does not wait at all.
    std::chrono::milliseconds close_deadline{5000};
};

/// How the calls and operations of a client ended. `calls`, those that block, is the sum of the four
/// counts that follow it; `submitted`, those that do not, the sum of the five that follow it.
struct CloseReport {
    std::uint64_t calls = 0;
    std::uint64_t succeeded = 0;
    std::uint64_t uncertain = 0;
    std::uint64_t failed = 0;
    std::uint64_t unfinished = 0;
    std::uint64_t submitted = 0;
    std::uint64_t operations_succeeded = 0;
    std::uint64_t operations_uncertain = 0;
    std::uint64_t operations_failed = 0;
    std::uint64_t operations_abandoned = 0;
    std::uint64_t operations_unfinished = 0;
    std::uint64_t events_not_polled = 0;
};

namespace detail {

// <generated> Generated from src/ffi: cargo run -p mpa-tests --bin write-bindings. Do not edit.

/// False where a text cannot be passed on as it is; `result` says which.
inline bool check_texts(const ClientConfig& config, mpa_result& result) noexcept
{
    return check_text(config.endpoint, "config.endpoint", result)
           && check_text(config.authorization_header, "config.authorization_header", result)
           && check_text(config.ca_certificates_path, "config.ca_certificates_path", result)
           && check_text(config.user_agent, "config.user_agent", result)
           && check_text(config.certificate_path, "config.certificate_path", result)
           && check_text(config.private_key_path, "config.private_key_path", result)
           && check_text(config.certificate_password, "config.certificate_password", result)
           && check_text(config.certificate_pem, "config.certificate_pem", result)
           && check_text(config.private_key_pem, "config.private_key_pem", result)
           && check_text(config.sandbox_id, "config.sandbox_id", result)
           && check_text(config.relying_party, "config.relying_party", result)
           && check_text(config.sign_in_endpoint, "config.sign_in_endpoint", result)
           && check_text(config.token_endpoint, "config.token_endpoint", result)
           && check_text(config.proxy_url, "config.proxy_url", result);
}

/// All but the authorization. What is filled points into `config`.
inline mpa_client_config raw_config(const ClientConfig& config) noexcept
{
    mpa_client_config raw = MPA_INIT(mpa_client_config);
    raw.title_id = config.title_id;
    raw.endpoint = text(config.endpoint);
    raw.authorization_header = text(config.authorization_header);
    raw.ca_certificates_path = text(config.ca_certificates_path);
    raw.user_agent = text(config.user_agent);
    raw.ca_mode = static_cast<mpa_ca_mode>(config.ca_mode);
    raw.allow_plain_http = config.allow_plain_http ? 1 : 0;
    raw.connect_timeout_ms = milliseconds(config.connect_timeout);
    raw.request_timeout_ms = milliseconds(config.request_timeout);
    raw.call_timeout_ms = milliseconds(config.call_timeout);
    raw.max_attempts = config.max_attempts;
    raw.invite_limit = config.invite_limit;
    raw.recent_players_limit = config.recent_players_limit;
    raw.activity_write_limit = config.activity_write_limit;
    raw.activity_read_limit = config.activity_read_limit;
    raw.limit_period_ms = milliseconds(config.limit_period);
    raw.invite_time_to_live_ms = milliseconds(config.invite_time_to_live);
    raw.recent_players_time_to_live_ms = milliseconds(config.recent_players_time_to_live);
    raw.recent_players_hold_ms = milliseconds_or_none(config.recent_players_hold);
    raw.worker_count = config.worker_count;
    raw.queue_capacity = config.queue_capacity;
    raw.queue_capacity_bytes = config.queue_capacity_bytes;
    raw.authorization_lead_ms = milliseconds_or_none(config.authorization_lead);
    raw.owner_tag = config.owner_tag;
    raw.log_level = static_cast<mpa_log_level>(config.log_level);
    raw.certificate_path = text(config.certificate_path);
    raw.private_key_path = text(config.private_key_path);
    raw.certificate_password = text(config.certificate_password);
    raw.certificate_pem = text(config.certificate_pem);
    raw.private_key_pem = text(config.private_key_pem);
    raw.sandbox_id = text(config.sandbox_id);
    raw.relying_party = text(config.relying_party);
    raw.sign_in_endpoint = text(config.sign_in_endpoint);
    raw.token_endpoint = text(config.token_endpoint);
    raw.proxy_url = text(config.proxy_url);
    return raw;
}

// </generated>

} // namespace detail

} // namespace mpa

#endif // MPA_CONFIG_HPP
