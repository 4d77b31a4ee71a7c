// Activities and recent players, against a service that answers in the order of these calls:
// activities ENDPOINT TITLE_ID SILENT_ENDPOINT. What arrived is checked by the caller of this program; the second
// never answers.

#include "mpa_dispatcher.hpp"
#include "mpa_testing.hpp"
#include "support.hpp"

#include <thread>

using namespace std::chrono_literals;

namespace {

mpa::ClientConfig good_config;
std::string silent_endpoint;

const char* const greeting = "gr\xc3\xbc\xc3\x9f\x65 \xf0\x9f\x98\x80";
const mpa::Authorization of_a_user{ "XBL3.0 x=77;of-a-user", std::nullopt };
const mpa::TimePoint when(1589278272s);

mpa::Activity activity()
{
    mpa::Activity activity;
    activity.connection_string = greeting;
    activity.join_restriction = mpa::JoinRestriction::InviteOnly;
    activity.group_id = "squad";
    activity.max_players = 8;
    activity.current_players = 3;
    activity.platform = mpa::Platform::PlayStation;
    activity.sequence_number = 9;
    activity.authorization = of_a_user;
    return activity;
}

const std::vector<mpa::RecentPlayer> met{ { 6, mpa::EncounterType::Teammate, when },
                                          { 7, mpa::EncounterType::Default, when } };
const std::vector<mpa::UserRecentPlayers> who_met{
    { 5, { { 6, mpa::EncounterType::Opponent, when } } },
    { 6, { { 5, mpa::EncounterType::Default, when }, { 7, mpa::EncounterType::Default, when } } },
};

std::vector<mpa::Xuid> many_users()
{
    std::vector<mpa::Xuid> users;
    for (mpa::Xuid xuid = 1; xuid <= 31; xuid++) users.push_back(xuid);
    return users;
}

void check_found(const std::vector<mpa::ActivityRecord>& records)
{
    CHECK(records.size() == 2);
    const mpa::ActivityRecord& first = records[0];
    CHECK(first.xuid == 5 && first.title_id == 1234567890 && first.sequence_number == UINT64_MAX);
    CHECK(first.join_restriction == mpa::JoinRestriction::Followed && first.platform == mpa::Platform::PlayStation);
    CHECK(first.max_players == 8 && first.current_players == 3);
    CHECK(first.connection_string == greeting && first.group_id == "squad");
    const mpa::ActivityRecord& second = records[1];
    CHECK(second.xuid == 5 && second.title_id == 0 && second.group_id.empty());
    CHECK(second.join_restriction == mpa::JoinRestriction::Unknown && second.platform == mpa::Platform::Unknown);
    CHECK(second.connection_string == std::string(512, 'c'));
}

void check_ok(const mpa::Result& result, std::uint32_t acknowledged)
{
    if (!result.ok()) std::fprintf(stderr, "%s\n", result.message().data());
    CHECK(result.ok() && result.acknowledged() == acknowledged && result.attempts() == 1);
}

void every_call_arrives()
{
    const mpa::Client client = open(good_config);
    check_ok(client.set_activity(5, activity()), 1);
    check_ok(client.delete_activity(5, 10, of_a_user), 1);
    std::vector<mpa::ActivityRecord> records;
    check_ok(client.query_activities({ 5, 6 }, records), 2);
    check_found(records);
    check_ok(client.get_activities(5, records, of_a_user), 1);
    CHECK(records.empty());
    check_ok(client.post_recent_players(met, of_a_user), 2);
    check_ok(client.post_server_recent_players(who_met), 2);

    mpa::Stats stats;
    CHECK(client.stats(stats).ok());
    CHECK(stats.activities().calls() == 2 && stats.activity_queries().calls() == 2);
    CHECK(stats.recent_players().calls() == 2 && stats.invites().calls() == 0);
}

void every_operation_arrives()
{
    const mpa::Client client = open(good_config);
    const auto next = [&](const mpa::Submitted& submitted) {
        CHECK(submitted.ok());
        mpa::Event event;
        CHECK(client.wait_event(event, 10s) == mpa::Status::Ok && event.operation == submitted.operation);
        return event;
    };
    check_ok(next(client.submit_set_activity(5, activity(), 1)).result, 1);
    check_ok(next(client.submit_delete_activity(5, 10, 2, of_a_user)).result, 1);
    mpa::Event event = next(client.submit_query_activities({ 5, 6 }, 3));
    check_ok(event.result, 2);
    CHECK(event.user_data == 3);
    std::vector<mpa::ActivityRecord> records;
    for (int times = 0; times < 2; times++) {
        CHECK(client.read_activities(event.operation, records).ok());
        check_found(records);
    }
    CHECK(client.read_activities(event.operation + 1, records).status() == mpa::Status::InvalidArgument);
    CHECK(records.empty());
    const std::uint64_t before = event.operation;
    event = next(client.submit_get_activities(5, 4, of_a_user));
    check_ok(event.result, 1);
    CHECK(client.read_activities(event.operation, records).ok() && records.empty());
    CHECK(client.read_activities(before, records).status() == mpa::Status::InvalidArgument);
    check_ok(next(client.submit_recent_players(met, 5, of_a_user)).result, 2);
    check_ok(next(client.submit_server_recent_players(who_met, 6)).result, 2);
}

template <typename Value> Value wait(mpa::Dispatcher& dispatcher, std::future<Value> future)
{
    while (future.wait_for(0s) != std::future_status::ready) {
        dispatcher.poll();
        std::this_thread::sleep_for(1ms);
    }
    return future.get();
}

void what_was_answered_for_is_kept()
{
    mpa::Dispatcher dispatcher(open(good_config));
    std::vector<mpa::ActivityRecord> records;
    const mpa::Result refused = dispatcher.client().query_activities(many_users(), records);
    CHECK(refused.status() == mpa::Status::Rejected && refused.acknowledged() == 30 && refused.refused() == 1);
    CHECK(records.size() == 250 && records.back().sequence_number == 250);

    const mpa::Activities found = wait(dispatcher, dispatcher.submit_query_activities({ many_users() }));
    CHECK(found.result.status() == mpa::Status::Rejected && found.result.acknowledged() == 30);
    CHECK(found.records.size() == 250 && found.records.back().sequence_number == 250);

    // More than a call has room for is never taken for all.
    const mpa::Result more = dispatcher.client().get_activities(1, records);
    CHECK(more.status() == mpa::Status::UnexpectedAnswer && records.size() == 256);
    CHECK(more.message().find("lists 300 activities of 1 users") != std::string_view::npos);
    std::size_t listed = 0;
    const mpa::Lifetime lifetime;
    CHECK(dispatcher.submit_get_activities({ 1 }, lifetime, [&](const mpa::Result& result, const auto& activities) {
        CHECK(result.ok());
        listed = activities.size();
    }).ok());
    while (listed == 0) {
        dispatcher.poll();
        std::this_thread::sleep_for(1ms);
    }
    CHECK(listed == 300);
}

void what_cannot_be_sent_is_refused_by_name()
{
    mpa::ClientConfig config = good_config;
    config.endpoint = silent_endpoint;
    mpa::Dispatcher dispatcher(open(config));
    const mpa::Client& client = dispatcher.client();
    const auto refused = [](const mpa::Result& result, const char* part) {
        if (result.message().find(part) == std::string_view::npos) {
            std::fprintf(stderr, "%s\n", result.message().data());
        }
        CHECK(result.status() == mpa::Status::InvalidArgument);
        CHECK(result.message().find(part) != std::string_view::npos);
    };
    mpa::Activity wrong = activity();
    wrong.group_id.assign("a\0b", 3);
    refused(client.set_activity(5, wrong), "activity.group_id has a NUL at byte 1");
    wrong = activity();
    wrong.connection_string.assign("a\0b", 3);
    refused(client.submit_set_activity(5, wrong, 1).result, "activity.connection_string has a NUL");
    wrong = activity();
    wrong.authorization->header.assign("a\0b", 3);
    refused(client.set_activity(5, wrong), "activity.authorization.header has a NUL");
    wrong = activity();
    wrong.max_players = 101;
    refused(client.set_activity(5, wrong), "activity.max_players is 101");
    refused(client.set_activity(0, activity()), "xuid is 0");
    refused(client.delete_activity(0), "xuid is 0");
    std::vector<mpa::ActivityRecord> records(1);
    refused(client.query_activities({ 5, 0 }, records), "xuids[1] is 0");
    CHECK(records.empty());
    refused(client.query_activities({}, records), "count is 0");
    refused(client.post_recent_players({ { 6 }, { 0 } }), "players[1].xuid is 0");
    refused(client.post_server_recent_players({ { 5, { { 6 } } }, { 6, {} } }), "users[1].recent_player_count is 0");
    const mpa::Authorization odd{ std::string("a\0b", 3), std::nullopt };
    refused(client.submit_get_activities(5, 1, odd).result, "authorization.header has a NUL");
    refused(client.submit_query_activities({ 5 }, 1, odd).result, "authorization.header has a NUL");
    refused(client.submit_delete_activity(5, 0, 1, odd).result, "authorization.header has a NUL");
    refused(client.submit_recent_players({ { 6 } }, 1, odd).result, "authorization.header has a NUL");

    mpa::Event event;
    CHECK(!client.poll_event(event));
    refused(wait(dispatcher, dispatcher.submit_set_activity(0, activity())), "xuid is 0");
    refused(wait(dispatcher, dispatcher.submit_delete_activity({ 0 })), "xuid is 0");
    refused(wait(dispatcher, dispatcher.submit_recent_players({ { { 0 } } })), "players[0].xuid is 0");
    refused(wait(dispatcher, dispatcher.submit_server_recent_players({})), "count is 0");
    const mpa::Activities found = wait(dispatcher, dispatcher.submit_query_activities({ { 0 } }));
    refused(found.result, "xuids[0] is 0");
    CHECK(found.records.empty());
    static_cast<void>(dispatcher.close(0ms));
}

void a_limit_is_for_reads_or_writes()
{
    for (const bool writes : { true, false }) {
        mpa::ClientConfig config = good_config;
        (writes ? config.activity_write_limit : config.activity_read_limit) = 10;
        mpa::Result result;
        CHECK(!mpa::Client::open(config, result));
        CHECK(result.message().find("limit_period_ms") != std::string_view::npos);
        config.limit_period = 15s;
        CHECK(mpa::Client::open(config, result));
    }
}

void queries_end_with_their_client()
{
    mpa::ClientConfig config = good_config;
    config.endpoint = silent_endpoint;
    mpa::Dispatcher dispatcher(open(config));
    std::future<mpa::Activities> query = dispatcher.submit_get_activities({ 5 });
    std::future<mpa::Result> set = dispatcher.submit_set_activity(5, activity());
    CHECK(dispatcher.client().close(0ms));
    static_cast<void>(dispatcher.close(0ms));
    const mpa::Activities found = query.get();
    CHECK(found.result.status() == mpa::Status::Abandoned && found.records.empty());
    CHECK(set.get().status() == mpa::Status::Abandoned);
}

void a_fake_answers_queries()
{
    mpa::testing::FakeSubmitter fake;
    std::future<mpa::Activities> query = fake.submit_query_activities({ { 5, 6 } });
    CHECK(fake.work<mpa::ActivityQuery>(0).xuids.size() == 2);
    mpa::ActivityRecord record;
    record.xuid = 6;
    CHECK(fake.complete(0, mpa::Result(), { record }));
    CHECK(query.get().records[0].xuid == 6);
}

} // namespace

int main(int argc, char** argv)
{
    CHECK(argc == 4);
    good_config.endpoint = argv[1];
    good_config.title_id = static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10));
    good_config.authorization_header = "XBL3.0 x=-;first";
    good_config.recent_players_hold = mpa::none;
    silent_endpoint = argv[3];

    every_call_arrives();
    every_operation_arrives();
    what_was_answered_for_is_kept();
    what_cannot_be_sent_is_refused_by_name();
    a_limit_is_for_reads_or_writes();
    queries_end_with_their_client();
    a_fake_answers_queries();
    return EXIT_SUCCESS;
}
