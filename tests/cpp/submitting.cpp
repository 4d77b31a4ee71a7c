// Operations and the dispatcher, against an emulator: submitting ENDPOINT TITLE_ID SILENT_ENDPOINT.
// What arrived at the first is checked by the caller of this program; the second never answers.

#include "mpa_dispatcher.hpp"
#include "support.hpp"

#include <atomic>
#include <thread>

using namespace std::chrono_literals;

namespace {

mpa::ClientConfig good_config;
std::string silent_endpoint;

mpa::ClientConfig silent_config()
{
    mpa::ClientConfig config = good_config;
    config.endpoint = silent_endpoint;
    return config;
}

mpa::Event next(const mpa::Client& client)
{
    mpa::Event event;
    CHECK(client.wait_event(event, 10s) == mpa::Status::Ok);
    return event;
}

// All that arrives for the title that this is given.
void what_is_submitted_arrives()
{
    const mpa::Client client = open(good_config);
    mpa::Invite own;
    own.invited_users = { UINT64_MAX };
    own.connection_string = "gr\xc3\xbc\xc3\x9f\x65 \xf0\x9f\x98\x80";
    own.platform = mpa::Platform::PlayStation;
    own.authorization = mpa::Authorization{ "XBL3.0 x=77;of-a-user", std::nullopt };
    const mpa::Submitted first = client.submit_invite(own, 70);
    CHECK(first.ok() && first.operation == 1);
    mpa::Event event = next(client);
    CHECK(event.type == mpa::EventType::Completed && event.operation == 1 && event.user_data == 70);
    CHECK(event.result.ok() && event.result.acknowledged() == 1);

    CHECK(client.set_authorization({ "XBL3.0 x=-;newer", std::nullopt }).ok());
    CHECK(client.submit_server_invite(server_invite(), UINT64_MAX).operation == 2);
    event = next(client);
    CHECK(event.user_data == UINT64_MAX && event.result.ok() && event.result.acknowledged() == 2);

    mpa::RecentPlayerGroup group;
    group.players = { 5, 6 };
    group.encounter_type = mpa::EncounterType::Opponent;
    group.timestamp = mpa::TimePoint(1589278272s);
    mpa::RecentPlayerGroup oldest = group;
    oldest.players = { 7, 8, 9 };
    oldest.encounter_type = mpa::EncounterType::Default;
    oldest.timestamp = mpa::TimePoint(0s);
    CHECK(client.submit_recent_player_groups({ group, oldest }, 0).operation == 3);
    CHECK(client.flush(10s).ok());
    CHECK(client.poll_event(event) && event.operation == 3 && event.result.acknowledged() == 2);
    CHECK(!client.poll_event(event) && event.type == mpa::EventType::None && event.operation == 0);

    CHECK(client.drain(10s).ok() && client.drain(10s).status() == mpa::Status::Closed);
    CHECK(next(client).type == mpa::EventType::Drained);
    CHECK(client.submit_server_invite(server_invite(), 0).result.status() == mpa::Status::Closed);
    const std::optional<mpa::CloseReport> report = client.close(0ms);
    CHECK(report && report->submitted == 3 && report->operations_succeeded == 3 && report->calls == 0);
    CHECK(report->events_not_polled == 0 && report->operations_abandoned == 0);
}

void what_cannot_be_sent_is_not_submitted()
{
    const mpa::Client client = open(silent_config());
    mpa::ServerInvite invite = server_invite();
    invite.connection_string.assign("a\0b", 3);
    const mpa::Submitted refused = client.submit_server_invite(invite, 1);
    CHECK(refused.operation == 0 && refused.result.status() == mpa::Status::InvalidArgument);
    mpa::Event event;
    CHECK(!client.submit_invite({}, 1).ok() && !client.submit_recent_player_groups({}, 1).ok());
    CHECK(!client.cancel(1).ok() && !client.poll_event(event));
    CHECK(client.wait_event(event, 0ms) == mpa::Status::Ok && event.type == mpa::EventType::None);
    std::atomic<bool> woken{false};
    std::thread waiting([&] {
        mpa::Event none;
        CHECK(client.wait_event(none, 60s) == mpa::Status::Ok && none.type == mpa::EventType::None);
        woken = true;
    });
    while (!woken) {
        CHECK(client.wake() == mpa::Status::Ok);
        std::this_thread::sleep_for(1ms);
    }
    waiting.join();
    CHECK(client.close(0ms));
    CHECK(client.wait_event(event, 60s) == mpa::Status::InvalidHandle);
    CHECK(client.wake() == mpa::Status::InvalidHandle && !client.flush(0ms).ok() && !client.drain(0ms).ok());
}

void times_and_capacities_are_handed_on()
{
    mpa::ClientConfig config = silent_config();
    config.queue_capacity = 2;
    config.recent_players_hold = 60s;
    config.recent_players_time_to_live = 120s;
    const mpa::Client client = open(config);
    mpa::RecentPlayerGroup group;
    group.players = { 5, 6 };
    CHECK(client.submit_recent_player_groups({ group }, 1).ok());
    CHECK(client.submit_recent_player_groups({ group }, 2).ok());
    CHECK(client.submit_recent_player_groups({ group }, 3).result.status() == mpa::Status::QueueFull);
    CHECK(client.cancel(2).ok());
    const mpa::Event cancelled = next(client);
    CHECK(cancelled.operation == 2 && cancelled.result.status() == mpa::Status::Cancelled);

    const auto refused = [](void (*spoil)(mpa::ClientConfig&)) {
        mpa::ClientConfig wrong = good_config;
        spoil(wrong);
        mpa::Result result;
        return !mpa::Client::open(wrong, result) && result.status() == mpa::Status::InvalidArgument;
    };
    CHECK(refused([](mpa::ClientConfig& wrong) { wrong.worker_count = 65; }));
    CHECK(refused([](mpa::ClientConfig& wrong) { wrong.queue_capacity = 1000001; }));

    // An invite waits for an authorization, until its own time to live is over.
    config = silent_config();
    config.authorization_header.clear();
    config.recent_players_hold = mpa::none;
    const mpa::Client without = open(config);
    mpa::ServerInvite invite = server_invite();
    invite.time_to_live = 50ms;
    CHECK(without.submit_server_invite(invite, 9).ok());
    mpa::Event event = next(without);
    if (event.type == mpa::EventType::AuthorizationNeeded) event = next(without);
    CHECK(event.user_data == 9 && event.result.status() == mpa::Status::Expired);
}

void callbacks_run_inside_poll_only()
{
    mpa::Dispatcher dispatcher(open(good_config));
    const std::thread::id here = std::this_thread::get_id();
    std::atomic<unsigned> completed{0};
    std::atomic<bool> polling{false};
    // From several threads, one callback submitting another operation.
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 3; thread++) {
        threads.emplace_back([&] {
            for (int i = 0; i < 5; i++) {
                CHECK(dispatcher.submit_server_invite(server_invite(), [&](const mpa::Result& result) {
                    CHECK(result.ok() && polling && std::this_thread::get_id() == here);
                    ++completed;
                }).ok());
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(dispatcher.submit_server_invite(server_invite(), [&](const mpa::Result&) {
        CHECK(dispatcher.submit_server_invite(server_invite(), [&](const mpa::Result&) { ++completed; }).ok());
    }).ok());
    CHECK(dispatcher.client().flush(10s).ok() && completed == 0);
    std::future<mpa::Result> future = dispatcher.submit_server_invite(server_invite());
    while (completed < 16 || future.wait_for(0s) != std::future_status::ready) {
        polling = true;
        dispatcher.poll();
        polling = false;
        std::this_thread::sleep_for(1ms);
    }
    CHECK(future.get().acknowledged() == 2 && completed == 16);

    // What was submitted past the dispatcher is passed over.
    CHECK(dispatcher.client().submit_server_invite(server_invite(), 12345).ok());
    CHECK(dispatcher.client().flush(10s).ok() && dispatcher.poll() == 1);

    CHECK(dispatcher.drain(10s).ok());
    while (!dispatcher.drained()) dispatcher.poll();
    const std::optional<mpa::CloseReport> report = dispatcher.close(0ms);
    CHECK(report && report->submitted == 19 && report->operations_succeeded == 19);
    CHECK(!dispatcher.close(0ms) && dispatcher.poll() == 0);
}

void every_operation_completes_once_when_the_dispatcher_goes()
{
    const auto with_ten_operations = [](mpa::ClientConfig config, auto end) {
        int ends[10] = {};
        std::vector<mpa::Status> statuses;
        const mpa::Lifetime lifetime;
        {
            mpa::Dispatcher dispatcher(open(config));
            for (int& count : ends) {
                CHECK(dispatcher.submit_server_invite(server_invite(), lifetime, [&](const mpa::Result& result) {
                    ++count;
                    statuses.push_back(result.status());
                }).ok());
            }
            end(dispatcher);
        }
        for (int count : ends) CHECK(count == 1);
        return statuses;
    };
    // The destructor drains.
    for (mpa::Status status : with_ten_operations(good_config, [](mpa::Dispatcher&) {})) {
        CHECK(status == mpa::Status::Ok);
    }
    // The deadline cuts: one is on the wire at most.
    mpa::ClientConfig hasty = silent_config();
    hasty.close_deadline = 500ms;
    int uncertain = 0;
    for (mpa::Status status : with_ten_operations(hasty, [](mpa::Dispatcher&) {})) {
        CHECK(status == mpa::Status::Abandoned || status == mpa::Status::Uncertain);
        if (status == mpa::Status::Uncertain) ++uncertain;
    }
    CHECK(uncertain == 1);
    // Another thread closes the client at the same time: it is not known how they ended.
    const auto close = [](mpa::Dispatcher& dispatcher) { CHECK(dispatcher.client().close(0ms)); };
    for (mpa::Status status : with_ten_operations(silent_config(), close)) {
        CHECK(status == mpa::Status::Uncertain);
    }
    std::future<mpa::Result> invite;
    std::future<mpa::Result> groups;
    {
        mpa::Dispatcher dispatcher(open(silent_config()));
        invite = dispatcher.submit_server_invite(server_invite());
        mpa::RecentPlayerGroup group;
        group.players = { 5, 6 };
        groups = dispatcher.submit_recent_player_groups({ group });
        close(dispatcher);
    }
    mpa::Result result = invite.get();
    CHECK(result.status() == mpa::Status::Uncertain && result.cause() == mpa::Status::Closed);
    CHECK(result.uncertain() == 2 && !result.retryable());
    // Only of invites it must never be said that they can be sent again.
    result = groups.get();
    CHECK(result.status() == mpa::Status::Abandoned && result.uncertain() == 1 && result.retryable());
}

void the_dispatcher_tells_that_an_authorization_is_needed()
{
    mpa::ClientConfig config = good_config;
    config.authorization_header.clear();
    mpa::Dispatcher dispatcher(open(config));
    bool ended = false;
    dispatcher.on_authorization_needed = [&](mpa::AuthorizationReason reason, const mpa::Result& result) {
        CHECK(reason == mpa::AuthorizationReason::Missing);
        CHECK(result.status() == mpa::Status::AuthorizationNeeded && !result.message().empty());
        CHECK(dispatcher.client().set_authorization({ "XBL3.0 x=-;pushed", std::nullopt }).ok());
    };
    CHECK(dispatcher.submit_server_invite(server_invite(), [&](const mpa::Result& result) {
        CHECK(result.ok());
        ended = true;
    }).ok());
    while (!ended) {
        dispatcher.poll();
        std::this_thread::sleep_for(1ms);
    }
}

} // namespace

int main(int argc, char** argv)
{
    CHECK(argc == 4);
    good_config.title_id = static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10));
    good_config.endpoint = argv[1];
    good_config.authorization_header = "XBL3.0 x=-;first";
    silent_endpoint = argv[3];

    what_is_submitted_arrives();
    good_config.title_id += 1;
    what_cannot_be_sent_is_not_submitted();
    times_and_capacities_are_handed_on();
    callbacks_run_inside_poll_only();
    every_operation_completes_once_when_the_dispatcher_goes();
    the_dispatcher_tells_that_an_authorization_is_needed();
    return EXIT_SUCCESS;
}
