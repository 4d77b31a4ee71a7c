// mpa.hpp as a program uses it, against an emulator: client ENDPOINT TITLE_ID. What arrived there is
// checked by the caller of this program.

#include "mpa.hpp"
#include "mpa.hpp"
#include "support.hpp"

#include <atomic>
#include <cstring>
#include <thread>

using namespace std::chrono_literals;

// In the other translation unit.
mpa::Result send_from_elsewhere(const mpa::Client& client, const mpa::ServerInvite& invite);

namespace {

mpa::ClientConfig good_config;

bool says(const mpa::Result& result, std::string_view text)
{
    return result.message().find(text) != std::string_view::npos;
}

mpa::Status status_with(mpa_client handle)
{
    mpa_authorization authorization = MPA_INIT(mpa_authorization);
    authorization.header = "XBL3.0 x=-;token";
    return static_cast<mpa::Status>(mpa_client_set_authorization(handle, &authorization, nullptr));
}

void wrong_configurations_are_refused_by_name()
{
    const auto refused = [](const char* field, void (*spoil)(mpa::ClientConfig&)) {
        mpa::ClientConfig config = good_config;
        spoil(config);
        mpa::Result result;
        CHECK(!mpa::Client::open(config, result));
        CHECK(result.status() == mpa::Status::InvalidArgument);
        CHECK(std::strcmp(result.status_name(), "MPA_ERROR_INVALID_ARGUMENT") == 0);
        CHECK(says(result, field));
    };
    refused("config.title_id", [](mpa::ClientConfig& config) { config.title_id = 0; });
    refused("config.endpoint", [](mpa::ClientConfig& config) { config.endpoint = "nonsense"; });
    refused("config.endpoint", [](mpa::ClientConfig& config) { config.endpoint += '\0'; });
    refused("config.user_agent", [](mpa::ClientConfig& config) { config.user_agent = "\n"; });
    refused("config.user_agent",
            [](mpa::ClientConfig& config) { config.user_agent.assign("a\0b", 3); });
    refused("config.authorization_header",
            [](mpa::ClientConfig& config) { config.authorization_header.assign("a\0b", 3); });
    refused("config.ca_certificates_path",
            [](mpa::ClientConfig& config) { config.ca_certificates_path.assign("a\0b", 3); });
    refused("config.ca_mode", [](mpa::ClientConfig& config) { config.ca_mode = mpa::CaMode::Only; });
    refused("config.connect_timeout_ms",
            [](mpa::ClientConfig& config) { config.connect_timeout = -1ms; });
    refused("config.request_timeout_ms",
            [](mpa::ClientConfig& config) { config.request_timeout = 24h; });
    refused("config.call_timeout_ms",
            [](mpa::ClientConfig& config) { config.call_timeout = std::chrono::milliseconds::max(); });
}

void what_cannot_be_sent_is_refused_before()
{
    const mpa::Client client = open(good_config);
    mpa::ServerInvite invite = server_invite();
    invite.connection_string.assign("a\0b", 3);
    CHECK(says(client.send_server_invite(invite), "invite.connection_string has a NUL at byte 1"));
    invite = server_invite();
    invite.invited_users.clear();
    CHECK(client.send_server_invite(invite).status() == mpa::Status::InvalidArgument);
    mpa::Invite own;
    own.invited_users = { 2 };
    own.connection_string.assign("a\0b", 3);
    CHECK(says(client.send_invite(own), "invite.connection_string"));
    own.connection_string.clear();
    own.authorization.emplace().header.assign("XBL3.0 x=1;a\0b", 14);
    CHECK(says(client.send_invite(own), "invite.authorization.header"));
    CHECK(client.post_recent_player_groups({}).status() == mpa::Status::InvalidArgument);
    CHECK(client.set_authorization({}).status() == mpa::Status::InvalidArgument);
    CHECK(client.post_recent_player_groups({ {} }).status() == mpa::Status::InvalidArgument);
    const std::optional<mpa::CloseReport> report = client.close(0ms);
    CHECK(report && report->succeeded == 0);
}

void a_refusal_of_the_service_is_reported_in_full()
{
    const mpa::Client client = open(good_config);
    mpa::Invite invite;
    invite.invited_users = { 2, 3, 4 };
    // The client's token is a service's, and the emulator wants a user's here.
    const mpa::Result result = client.send_invite(invite);
    CHECK(!result.ok() && result.status() == mpa::Status::Forbidden);
    CHECK(result.cause() == mpa::Status::Ok);
    CHECK(result.http_status() == 400 && result.error_code() == "AuthorizationError");
    CHECK(result.acknowledged() == 0 && result.uncertain() == 0 && result.refused() == 3);
    CHECK(!result.retryable() && result.retry_after() == 0ms && result.attempts() == 1);
    CHECK(!result.correlation_id().empty() && result.limit_type().empty());
    CHECK(result.period() == 0s && result.max_requests() == 0 && result.current_requests() == 0);
    CHECK(result.queued() <= result.elapsed() && result.elapsed() < 15s && result.service_code() == 0);
    CHECK(result.message().data()[result.message().size()] == '\0');
    CHECK(result.raw().struct_size == sizeof(mpa_result));

    // The response has shown the service's time. Long before 1970 is as expired as can be.
    const mpa::TimePoint now = std::chrono::system_clock::now();
    for (const mpa::TimePoint past : { now - 1s, mpa::TimePoint(-24h * 365) }) {
        invite.authorization = mpa::Authorization{ "XBL3.0 x=1;token", past };
        CHECK(client.send_invite(invite).status() == mpa::Status::AuthorizationNeeded);
        CHECK(client.set_authorization(*invite.authorization).status() == mpa::Status::AuthorizationNeeded);
    }
    // What is left decides.
    mpa::Authorization authorization{ "XBL3.0 x=-;newer", now - 1h };
    authorization.expires_in = 1h;
    CHECK(client.set_authorization(authorization).ok());
    CHECK(client.send_server_invite(server_invite()).ok());
    CHECK(client.get_authorization(authorization).ok());
    CHECK(authorization.expires_in > 59min && authorization.expires_in <= 1h);
}

void it_may_begin_with_an_authorization()
{
    mpa::ClientConfig config = good_config;
    config.authorization = mpa::Authorization{ std::exchange(config.authorization_header, {}), std::nullopt };
    config.authorization->expires_in = 1h;
    const mpa::Client client = open(config);
    mpa::Authorization authorization;
    CHECK(client.get_authorization(authorization).ok() && authorization.header == "XBL3.0 x=-;first");
    CHECK(authorization.expires_in > 59min && authorization.expires_at);
    CHECK(client.invalidate_authorization(authorization).status() == mpa::Status::InvalidArgument);
    mpa::Result result;
    config.authorization->proof_key_pem.assign("a\0b", 3);
    CHECK(!mpa::Client::open(config, result));
    CHECK(says(result, "config.authorization.proof_key_pem"));
    config.authorization->proof_key_pem.clear();
    config.authorization_header = "XBL3.0 x=-;first";
    CHECK(!mpa::Client::open(config, result) && result.status() == mpa::Status::InvalidArgument);
}

void a_client_closes_when_it_ends()
{
    mpa_client handle = mpa_client();
    {
        const mpa::Client client = open(good_config);
        handle = client.handle();
        CHECK(status_with(handle) == mpa::Status::Ok);
    }
    CHECK(status_with(handle) == mpa::Status::InvalidHandle);
}

void a_client_moves()
{
    mpa::Client nothing;
    CHECK(nothing.send_server_invite(server_invite()).status() == mpa::Status::InvalidHandle);
    mpa::Client first = open(good_config);
    const mpa_client handle_of_first = first.handle();
    mpa::Client second = std::move(first);
    CHECK(status_with(handle_of_first) == mpa::Status::Ok);
    CHECK(first.handle().id == 0 && second.handle().id == handle_of_first.id);
    CHECK(first.send_server_invite(server_invite()).status() == mpa::Status::InvalidHandle);
    // What is assigned to is closed before.
    second = open(good_config);
    CHECK(status_with(handle_of_first) == mpa::Status::InvalidHandle);
    mpa::Client& same = second;
    second = std::move(same);
    CHECK(status_with(second.handle()) == mpa::Status::Ok);
    CHECK(second.close(-1s));
    CHECK(!second.close(1s));
    CHECK(second.send_server_invite(server_invite()).status() == mpa::Status::InvalidHandle);
}

void a_client_is_closed_under_the_hands_of_others()
{
    const mpa::Client client = open(good_config);
    std::atomic<unsigned> succeeded{0};
    const auto send = [&] {
        mpa::Status status = mpa::Status::Ok;
        while (status == mpa::Status::Ok) {
            status = client.send_server_invite(server_invite()).status();
            if (status == mpa::Status::Ok) ++succeeded;
        }
        CHECK(status == mpa::Status::InvalidHandle || status == mpa::Status::Closed);
    };
    std::thread senders[] = { std::thread(send), std::thread(send), std::thread(send) };
    while (succeeded < 10) std::this_thread::yield();
    const std::optional<mpa::CloseReport> report = client.close(10s);
    for (std::thread& sender : senders) sender.join();
    CHECK(report && report->succeeded == succeeded && report->calls == succeeded);
    CHECK(report->uncertain == 0 && report->failed == 0 && report->unfinished == 0);
}

// All that arrives for the title that this is given.
void everything_arrives()
{
    const mpa::Client client = open(good_config);
    mpa::Invite own;
    own.invited_users = { UINT64_MAX };
    own.connection_string = "gr\xc3\xbc\xc3\x9f\x65 \xf0\x9f\x98\x80";
    own.platform = mpa::Platform::PlayStation;
    own.authorization = mpa::Authorization{ "XBL3.0 x=77;of-a-user",
                                            std::chrono::system_clock::now() + 1h };
    CHECK(client.send_invite(own).acknowledged() == 1);

    CHECK(client.set_authorization({ "XBL3.0 x=-;newer", std::nullopt }).ok());
    const mpa::Result sent = send_from_elsewhere(client, server_invite());
    CHECK(sent.ok() && sent.acknowledged() == 2 && sent.http_status() == 204);

    mpa::RecentPlayerGroup group;
    group.players = { 5, 6 };
    group.encounter_type = mpa::EncounterType::Opponent;
    group.timestamp = mpa::TimePoint(1589278272s);
    mpa::RecentPlayerGroup oldest = group;
    oldest.players = { 7, 8, 9 };
    oldest.encounter_type = mpa::EncounterType::Default;
    oldest.timestamp = mpa::TimePoint(0s);
    const mpa::Result posted = client.post_recent_player_groups({ group, oldest });
    CHECK(posted.ok() && posted.acknowledged() == 2 && posted.attempts() == 1);
}

} // namespace

int main(int argc, char** argv)
{
    CHECK(argc == 3);
    CHECK(mpa::compatible());
    CHECK(std::strcmp(mpa::version_string(), mpa_version_string()) == 0);
    CHECK(std::strcmp(mpa::status_name(mpa::Status::Ok), "MPA_OK") == 0);
    CHECK(std::strlen(mpa::status_description(mpa::Status::Uncertain)) > 10);
    good_config.title_id = static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10));
    good_config.endpoint = argv[1];
    good_config.authorization_header = "XBL3.0 x=-;first";

    everything_arrives();
    good_config.title_id += 1;
    wrong_configurations_are_refused_by_name();
    what_cannot_be_sent_is_refused_before();
    a_refusal_of_the_service_is_reported_in_full();
    it_may_begin_with_an_authorization();
    a_client_closes_when_it_ends();
    a_client_moves();
    a_client_is_closed_under_the_hands_of_others();
    return EXIT_SUCCESS;
}
