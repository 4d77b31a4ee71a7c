// Matches, against an emulator: matches ENDPOINT TITLE_ID. What arrived for that title is checked by the caller of
// this program.

#include "mpa_dispatcher.hpp"
#include "support.hpp"

#include <thread>
#include <type_traits>

using namespace std::chrono_literals;

namespace {

mpa::ClientConfig good_config;

mpa::Match open_match(const mpa::Client& client, const mpa::MatchConfig& config)
{
    mpa::Result result;
    std::optional<mpa::Match> match = client.open_match(config, result);
    CHECK(match && result.ok());
    return std::move(*match);
}

mpa::Event next(const mpa::Client& client)
{
    mpa::Event event;
    CHECK(client.wait_event(event, 10s) == mpa::Status::Ok && event.type == mpa::EventType::Completed);
    return event;
}

// All that arrives for the title that this is given.
void who_was_there_at_the_same_time_is_reported()
{
    const mpa::Client client = open(good_config);
    const mpa::Match match = open_match(client, {});
    CHECK(match.join(1).ok() && match.join(2).ok() && match.leave(1).ok() && match.join(3).ok());
    const mpa::Submitted closed = match.close(42);
    CHECK(closed.ok());
    mpa::Event event = next(client);
    CHECK(event.operation == closed.operation && event.user_data == 42);
    CHECK(event.result.ok() && event.result.acknowledged() == 2);
    {
        mpa::MatchConfig config;
        config.user_data = 7;
        mpa::Match teams;
        teams = open_match(client, config);
        CHECK(teams.join(1, 1).ok() && teams.join(2, 1).ok() && teams.join(3, 2).ok() && teams.join(4, 2).ok());
    }
    // Its destructor has closed it.
    event = next(client);
    CHECK(event.user_data == 7 && event.result.ok() && event.result.acknowledged() == 4);

    mpa::MatchConfig longer;
    longer.minimum_together = 60s;
    longer.user_data = 8;
    const mpa::Match brief = open_match(client, longer);
    CHECK(brief.join(1).ok() && brief.join(2).ok() && brief.close().ok());
    event = next(client);
    CHECK(event.user_data == 8 && event.result.ok() && event.result.acknowledged() == 0);
}

void wrong_events_change_nothing()
{
    static_assert(!std::is_copy_constructible_v<mpa::Match>);
    static_assert(std::is_nothrow_move_constructible_v<mpa::Match>);
    const mpa::Client client = open(good_config);
    mpa::Match match = open_match(client, {});
    CHECK(match.join(1).ok());
    CHECK(match.join(1).status() == mpa::Status::InvalidArgument);
    CHECK(match.join(0).status() == mpa::Status::InvalidArgument);
    const mpa::Result unknown = match.leave(2);
    CHECK(unknown.status() == mpa::Status::InvalidArgument && !unknown.message().empty());
    mpa::Match moved = std::move(match);
    CHECK(match.handle().id == 0 && match.join(5).status() == mpa::Status::InvalidHandle);
    CHECK(moved.leave(1).ok() && moved.close(1).ok());
    CHECK(moved.close(1).result.status() == mpa::Status::InvalidHandle);
    CHECK(moved.leave(1).status() == mpa::Status::InvalidHandle);
    CHECK(mpa::Match().join(1).status() == mpa::Status::InvalidHandle && !mpa::Match().close().ok());
    CHECK(next(client).user_data == 1);
    mpa::Event event;
    CHECK(!client.poll_event(event));
}

void draining_closes_matches()
{
    const mpa::Client client = open(good_config);
    mpa::MatchConfig config;
    config.user_data = 9;
    const mpa::Match match = open_match(client, config);
    CHECK(match.join(1).ok());
    CHECK(client.drain(10s).ok());
    const mpa::Event event = next(client);
    CHECK(event.user_data == 9 && event.result.ok());
    CHECK(match.join(2).status() != mpa::Status::Ok && !match.close().ok());
    mpa::Result result;
    CHECK(!client.open_match({}, result) && result.status() == mpa::Status::Closed);
}

void a_dispatcher_calls_back_once_whatever_closes_a_match()
{
    std::vector<mpa::Status> ends;
    const mpa::Lifetime lifetime;
    {
        mpa::Dispatcher dispatcher(open(good_config));
        const auto opened = [&] {
            mpa::Result result;
            const auto ended = [&](const mpa::Result& end) { ends.push_back(end.status()); };
            std::optional<mpa::Match> match = dispatcher.open_match({}, lifetime, ended, result);
            CHECK(match && match->join(1).ok() && match->join(2).ok());
            return match;
        };
        const auto wait_for = [&](std::size_t count) {
            while (ends.size() < count) {
                dispatcher.poll();
                std::this_thread::sleep_for(1ms);
            }
        };
        std::optional<mpa::Match> match = opened();
        // A number of the caller's finds no other callback, and its own is called.
        mpa::Match moved = std::move(*match);
        CHECK(moved.close(42).ok());
        wait_for(1);
        match = opened();
        match.reset();
        wait_for(2);
        // The third by the dispatcher's end.
        match = opened();
        CHECK(dispatcher.close(10s));
        CHECK(ends.size() == 3 && match->join(5).status() == mpa::Status::InvalidHandle);
        mpa::Result result;
        CHECK(!dispatcher.open_match({}, lifetime, [](const mpa::Result&) { std::abort(); }, result));
        CHECK(result.status() == mpa::Status::InvalidHandle);
    }
    for (mpa::Status status : ends) CHECK(status == mpa::Status::Ok);
    CHECK(ends.size() == 3);
}

} // namespace

int main(int argc, char** argv)
{
    CHECK(argc == 3);
    good_config.endpoint = argv[1];
    good_config.title_id = static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10));
    good_config.authorization_header = "XBL3.0 x=-;first";
    good_config.recent_players_hold = 100ms;

    who_was_there_at_the_same_time_is_reported();
    good_config.title_id += 1;
    wrong_events_change_nothing();
    draining_closes_matches();
    a_dispatcher_calls_back_once_whatever_closes_a_match();
    return EXIT_SUCCESS;
}
