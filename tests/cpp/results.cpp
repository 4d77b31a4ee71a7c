// Prints every member of two results, by the names of mpa.h: results ENDPOINT. The peer throttles the
// second request, and does not answer the third.

#include "mpa.hpp"

#include <cstdio>

namespace {

void print(const mpa::Result& result)
{
    const auto number = [](const char* name, long long value) { std::printf("%s=%lld\n", name, value); };
    const auto text = [](const char* name, std::string_view value) {
        std::printf("%s=%.*s\n", name, static_cast<int>(value.size()), value.data());
    };
    number("status", static_cast<int>(result.status()));
    number("cause", static_cast<int>(result.cause()));
    number("acknowledged", result.acknowledged());
    number("uncertain", result.uncertain());
    number("refused", result.refused());
    number("retryable", result.retryable());
    number("retry_after_ms", result.retry_after().count());
    number("http_status", result.http_status());
    number("attempts", result.attempts());
    number("queued_ms", result.queued().count());
    number("elapsed_is_long", result.elapsed() >= std::chrono::milliseconds(300));
    number("current_requests", result.current_requests());
    number("max_requests", result.max_requests());
    number("period_s", result.period().count());
    number("service_code", result.service_code());
    text("limit_type", result.limit_type());
    text("error_code", result.error_code());
    text("correlation_id", result.correlation_id());
    text("message", result.message());
}

} // namespace

int main(int, char** argv)
{
    mpa::ClientConfig config;
    config.title_id = 7;
    config.endpoint = argv[1];
    config.authorization_header = "XBL3.0 x=-;token";
    config.request_timeout = std::chrono::milliseconds(300);
    config.max_attempts = 1;
    mpa::Result result;
    const std::optional<mpa::Client> client = mpa::Client::open(config, result);
    if (!client) return 1;

    mpa::ServerInvite invite;
    invite.sender = 1000;
    for (mpa::Xuid user = 1; user <= 20; user++) invite.invited_users.push_back(user);
    const mpa::Result throttled = client->send_server_invite(invite);
    print(throttled);
    const mpa::Unsent unsent = throttled.unsent(20);
    if (unsent.first != 20 || unsent.count != 0 || unsent.refused_for_now != 4) return 2;
    if (unsent.resend != mpa::Resend::Later || unsent.delay != std::chrono::seconds(7)) return 3;
    if (unsent.of(invite.invited_users) != std::vector<mpa::Xuid>{17, 18, 19, 20}) return 4;
    if (throttled.unsent(24).count != 4 || throttled.unsent(19).count != 0) return 5;
    // With another token, which the throttling of the first does not hold back.
    mpa::Invite other;
    other.invited_users = {1, 2, 3};
    other.authorization = mpa::Authorization{"XBL3.0 x=77;of-a-user", std::nullopt};
    print(client->send_invite(other));

    const std::optional<mpa::CloseReport> report = client->close(std::chrono::milliseconds(0));
    std::printf("calls=%d succeeded=%d uncertain=%d failed=%d unfinished=%d\n", static_cast<int>(report->calls),
                static_cast<int>(report->succeeded), static_cast<int>(report->uncertain),
                static_cast<int>(report->failed), static_cast<int>(report->unfinished));
    return 0;
}
