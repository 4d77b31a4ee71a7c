// What a dispatcher does beside completing: refusals, owners, renewal. dispatching ENDPOINT TITLE_ID
// SILENT_ENDPOINT; the second never answers.

#include "mpa_dispatcher.hpp"
#include "support.hpp"

using namespace std::chrono_literals;

namespace {

mpa::ClientConfig good_config;
mpa::ClientConfig silent_config;

void poll_until(mpa::Dispatcher& dispatcher, const std::function<bool()>& holds)
{
    const auto latest = std::chrono::steady_clock::now() + 20s;
    while (!holds()) {
        CHECK(std::chrono::steady_clock::now() < latest);
        dispatcher.poll();
        std::this_thread::sleep_for(1ms);
    }
}

void refusals_take_the_way_of_completions()
{
    mpa::Dispatcher dispatcher(open(silent_config));
    std::vector<mpa::Status> statuses;
    bool submits = true;
    const auto keep = [&](const mpa::Result& result) {
        CHECK(!submits);
        statuses.push_back(result.status());
    };
    CHECK(!dispatcher.submit_invite({}, keep).ok());
    CHECK(!dispatcher.submit_server_invite({}, keep).ok());
    CHECK(dispatcher.submit_recent_player_groups({}, keep).operation == 0);
    std::future<mpa::Result> future = dispatcher.submit_invite(mpa::Invite());
    CHECK(statuses.empty() && future.wait_for(0s) == std::future_status::timeout);
    submits = false;
    CHECK(dispatcher.poll() == 4 && dispatcher.poll() == 0);
    CHECK(statuses == std::vector<mpa::Status>(3, mpa::Status::InvalidArgument));
    CHECK(future.get().status() == mpa::Status::InvalidArgument);

    // One that submits again, and is refused again, does not keep poll() from returning.
    int refused = 0;
    std::function<void(const mpa::Result&)> again = [&](const mpa::Result&) {
        if (++refused < 3) static_cast<void>(dispatcher.submit_invite({}, again));
    };
    CHECK(!dispatcher.submit_invite({}, again).ok());
    CHECK(dispatcher.poll() == 1 && refused == 1 && dispatcher.poll() == 1 && refused == 2);

    // So does what comes while it drains, and closing leaves nothing.
    CHECK(dispatcher.drain(10s).ok());
    CHECK(dispatcher.submit_server_invite(server_invite(), keep).result.status() == mpa::Status::Closed);
    CHECK(!dispatcher.drained());
    CHECK(dispatcher.close(1s) && statuses.back() == mpa::Status::Closed && refused == 3);
    CHECK(!dispatcher.submit_server_invite(server_invite(), keep).ok());
    CHECK(dispatcher.poll() == 1 && statuses.back() == mpa::Status::InvalidHandle);
}

void refusals_may_be_returned_only()
{
    mpa::DispatcherOptions options;
    options.refusals = mpa::Refusals::Returned;
    mpa::Dispatcher dispatcher(open(silent_config), options);
    CHECK(!dispatcher.submit_server_invite({}, [](const mpa::Result&) { CHECK(false); }).ok());
    CHECK(dispatcher.submit_invite(mpa::Invite()).get().status() == mpa::Status::InvalidArgument);
    CHECK(dispatcher.submit_recent_player_groups({}).get().status() == mpa::Status::InvalidArgument);
    CHECK(dispatcher.poll() == 0);
}

void what_belongs_to_those_that_are_gone_is_dropped()
{
    mpa::Dispatcher dispatcher(open(good_config));
    int called = 0;
    const auto count = [&](const mpa::Result&) { ++called; };
    auto gone = std::make_unique<mpa::Lifetime>();
    auto shared_gone = std::make_shared<int>();
    const mpa::Lifetime stays;
    const auto shared_stays = std::make_shared<int>();
    for (const mpa::Owner& owner : { mpa::Owner(*gone), mpa::Owner(shared_gone), mpa::Owner(stays),
                                     mpa::Owner(shared_stays), mpa::Owner() }) {
        CHECK(dispatcher.submit_server_invite(server_invite(), owner, count).ok());
        CHECK(!dispatcher.submit_server_invite({}, owner, count).ok());
    }
    CHECK(dispatcher.client().flush(10s).ok());
    gone.reset();
    shared_gone.reset();
    CHECK(dispatcher.poll() == 10 && called == 6);
}

void one_authorization_is_obtained_at_a_time()
{
    mpa::Client client = open(good_config);
    std::atomic<int> running{0};
    std::atomic<int> calls{0};
    mpa::AuthorizationRenewer renewer(client, [&](const mpa::AuthorizationRequest& request) {
        // A fourth may begin while the third result is taken, and the renewer is stopped.
        CHECK(++running == 1 && (calls >= 3 || !request.stopping));
        std::this_thread::sleep_for(20ms);
        --running;
        // The first gives nothing.
        if (++calls == 1) return std::optional<mpa::Authorization>();
        mpa::Authorization authorization;
        authorization.header = "XBL3.0 x=-;obtained-" + std::to_string(calls);
        return std::optional<mpa::Authorization>(authorization);
    });
    int begun = 0;
    std::vector<mpa::Status> ends;
    while (ends.size() < 3) {
        if (renewer.renew()) ++begun;
        if (const std::optional<mpa::Result> end = renewer.take_result()) ends.push_back(end->status());
    }
    renewer.stop();
    // One that had begun may have been stopped before the source was called.
    CHECK(calls >= 3 && calls <= begun && begun <= 4 && !renewer.renew());
    CHECK(ends[0] == mpa::Status::AuthorizationNeeded && ends[1] == mpa::Status::Ok);
    CHECK(!mpa::AuthorizationRenewer(client, nullptr).renew());
}

// The service refuses the token "revoked".
void the_dispatcher_renews_by_itself()
{
    mpa::ClientConfig config = good_config;
    config.authorization_header.clear();
    const std::thread::id here = std::this_thread::get_id();
    std::atomic<int> asked{0};
    mpa::DispatcherOptions options;
    options.authorization_source = [&asked, here](const mpa::AuthorizationRequest& request) {
        CHECK(std::this_thread::get_id() != here && !request.message.empty());
        mpa::Authorization authorization;
        authorization.expires_in = 1h;
        if (++asked == 1) {
            CHECK(request.reason == mpa::AuthorizationReason::Missing && !request.last);
            authorization.header = "XBL3.0 x=-;revoked";
        } else {
            CHECK(request.reason == mpa::AuthorizationReason::Refused);
            CHECK(request.last && request.last->header == "XBL3.0 x=-;revoked");
            authorization.header = "XBL3.0 x=-;renewed";
        }
        return std::optional<mpa::Authorization>(authorization);
    };
    mpa::Dispatcher dispatcher(open(config), options);
    std::vector<mpa::AuthorizationReason> reasons;
    int renewed = 0;
    dispatcher.on_authorization_needed = [&](mpa::AuthorizationReason reason, const mpa::Result&) {
        reasons.push_back(reason);
    };
    dispatcher.on_authorization_renewed = [&](const mpa::Result& result) {
        CHECK(result.ok() && std::this_thread::get_id() == here);
        ++renewed;
    };
    bool ended = false;
    CHECK(dispatcher.submit_server_invite(server_invite(), [&](const mpa::Result& result) {
        CHECK(result.ok());
        ended = true;
    }).ok());
    poll_until(dispatcher, [&] { return ended && renewed == 2; });
    CHECK(asked == 2);
    using Reason = mpa::AuthorizationReason;
    CHECK(reasons == (std::vector<Reason>{ Reason::Missing, Reason::Refused }));
    CHECK(dispatcher.close(0ms));
}

// The source is stopped, and waited for: what it refers to may go after that.
void closing_waits_for_the_source()
{
    for (const bool closes : { true, false }) {
        std::atomic<bool> began{false};
        std::atomic<bool> returned{false};
        {
            mpa::DispatcherOptions options;
            options.authorization_source = [&](const mpa::AuthorizationRequest& request) {
                CHECK(!request.reason && request.message.empty());
                began = true;
                while (!request.stopping) std::this_thread::sleep_for(1ms);
                std::this_thread::sleep_for(20ms);
                returned = true;
                return std::optional<mpa::Authorization>();
            };
            mpa::Dispatcher dispatcher(open(silent_config), options);
            CHECK(dispatcher.renew_authorization() && !dispatcher.renew_authorization());
            poll_until(dispatcher, [&] { return began.load(); });
            if (closes) {
                CHECK(dispatcher.close(0ms) && returned && !dispatcher.renew_authorization());
            }
        }
        CHECK(returned);
    }
    mpa::Dispatcher without(open(silent_config));
    CHECK(!without.renew_authorization());
}

// Polled past the dispatcher: their events are gone.
void lose_completions(mpa::Dispatcher& dispatcher, int count)
{
    while (count > 0) {
        mpa::Event event;
        CHECK(dispatcher.client().wait_event(event, 10s) == mpa::Status::Ok);
        if (event.type == mpa::EventType::Completed) --count;
    }
}

void what_was_submitted_past_it_calls_nothing_back()
{
    mpa::Dispatcher dispatcher(open(good_config));
    int called = 0;
    CHECK(dispatcher.client().submit_server_invite(server_invite(), 1).ok());
    lose_completions(dispatcher, 1);
    CHECK(dispatcher.client().submit_server_invite(server_invite(), 1).ok());
    CHECK(dispatcher.submit_server_invite(server_invite(), [&](const mpa::Result&) { ++called; }).ok());
    int completed = 0;
    poll_until(dispatcher, [&] { return (completed += static_cast<int>(dispatcher.poll())) >= 2 || called > 0; });
    CHECK(dispatcher.close(10s) && called == 1);
}

void what_has_no_event_is_completed_in_the_end()
{
    mpa::Dispatcher dispatcher(open(good_config));
    std::vector<mpa::Result> results;
    const auto keep = [&](const mpa::Result& result) { results.push_back(result); };
    mpa::RecentPlayerGroup group;
    group.players = { 1, 2 };
    CHECK(dispatcher.submit_server_invite(server_invite(), keep).ok());
    lose_completions(dispatcher, 1);
    CHECK(dispatcher.submit_recent_player_groups({ group }, keep).ok());
    lose_completions(dispatcher, 1);
    mpa::Result result;
    std::optional<mpa::Match> match = dispatcher.open_match({}, mpa::Owner(), keep, result);
    CHECK(match && match->close().ok());
    lose_completions(dispatcher, 1);
    CHECK(dispatcher.close(0s) && results.size() == 3);
    int invites = 0, groups = 0, matches = 0;
    for (const mpa::Result& one : results) {
        CHECK(one.cause() == mpa::Status::Closed && !one.message().empty());
        if (one.status() == mpa::Status::Uncertain) {
            invites += one.uncertain() == 2 && !one.retryable();
        } else {
            CHECK(one.status() == mpa::Status::Abandoned);
            groups += one.uncertain() == 1 && one.retryable();
            matches += one.uncertain() == 0 && !one.retryable();
        }
    }
    CHECK(invites == 1 && groups == 1 && matches == 1);
}

#if defined(__cpp_exceptions)
void each_callback_is_called_although_others_throw()
{
    mpa::Dispatcher dispatcher(open(good_config));
    int called = 0;
    for (int count = 0; count < 3; ++count) {
        CHECK(dispatcher.submit_server_invite(server_invite(), [&](const mpa::Result&) {
            ++called;
            throw 1;
        }).ok());
    }
    lose_completions(dispatcher, 3);
    const auto throws = [&](const std::function<void()>& call) {
        try {
            call();
        } catch (int) {
            return true;
        }
        return false;
    };
    CHECK(throws([&] { static_cast<void>(dispatcher.close(0s)); }) && called == 1);
    CHECK(throws([&] { dispatcher.poll(); }) && called == 2);
    CHECK(throws([&] { dispatcher.poll(); }) && called == 3);
    CHECK(!throws([&] { dispatcher.poll(); }) && called == 3);
}

void a_source_may_throw()
{
    mpa::Client client = open(good_config);
    mpa::AuthorizationRenewer renewer(client, [](const mpa::AuthorizationRequest&) {
        throw 1;
        return std::optional<mpa::Authorization>();
    });
    CHECK(renewer.renew());
    std::optional<mpa::Result> end;
    while (!(end = renewer.take_result())) std::this_thread::sleep_for(1ms);
    CHECK(end->status() == mpa::Status::AuthorizationNeeded && !end->message().empty());
}
#endif

} // namespace

int main(int argc, char** argv)
{
    CHECK(argc == 4);
    good_config.title_id = static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10));
    good_config.endpoint = argv[1];
    good_config.authorization_header = "XBL3.0 x=-;first";
    silent_config = good_config;
    silent_config.endpoint = argv[3];

    refusals_take_the_way_of_completions();
    refusals_may_be_returned_only();
    what_belongs_to_those_that_are_gone_is_dropped();
    one_authorization_is_obtained_at_a_time();
    the_dispatcher_renews_by_itself();
    closing_waits_for_the_source();
    what_was_submitted_past_it_calls_nothing_back();
    what_has_no_event_is_completed_in_the_end();
#if defined(__cpp_exceptions)
    each_callback_is_called_although_others_throw();
    a_source_may_throw();
#endif
    return EXIT_SUCCESS;
}
