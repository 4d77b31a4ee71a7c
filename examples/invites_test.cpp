// How to test code that submits, without a network and without waiting: it takes an mpa::Submitter&,
// which is the dispatcher in the server and a fake here. With doctest (Debian: doctest-dev); any other
// framework will do.
//
//     c++ -std=c++17 invites_test.cpp -I../include -I../bindings/cpp -L<folder of libmpa.so> -lmpa

#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include "mpa_testing.hpp"

using namespace std::chrono_literals;
using mpa::testing::FakeSubmitter;
using mpa::testing::result;

// The code under test: it would be in a file of its own.
class Lobby {
public:
    explicit Lobby(mpa::Submitter& mpa) : mpa_(mpa) {}

    void invite(mpa::Xuid sender, const std::vector<mpa::Xuid>& friends)
    {
        mpa::ServerInvite invite;
        invite.sender = sender;
        invite.invited_users = friends;
        mpa_.submit_server_invite(invite, lifetime_, [this, friends](const mpa::Result& ended) {
            const mpa::Unsent unsent = ended.unsent(friends.size());
            if (unsent.resend == mpa::Resend::Later) waiting = unsent.of(friends);
            notice = ended.ok() ? "Invited." : ended.uncertain() > 0 ? "Perhaps invited." : "Not invited.";
        });
    }

    std::string notice;
    std::vector<mpa::Xuid> waiting; // To be invited again.

private:
    mpa::Submitter& mpa_;
    mpa::Lifetime lifetime_; // The last member, so that it is the first to go.
};

TEST_CASE("what is acknowledged is said")
{
    FakeSubmitter mpa;
    Lobby lobby(mpa);
    lobby.invite(1, { 2, 3 });
    CHECK(mpa.work<mpa::ServerInvite>(0).sender == 1);
    CHECK(lobby.notice.empty());
    CHECK(mpa.complete(0, result(mpa::Status::Ok, { 2 })));
    CHECK_FALSE(mpa.complete(0, result(mpa::Status::Ok, { 2 })));
    CHECK(lobby.notice == "Invited.");
}

TEST_CASE("those who were never sent wait, and those in doubt do not")
{
    FakeSubmitter mpa;
    Lobby lobby(mpa);
    lobby.invite(1, { 2, 3, 4 });
    mpa.complete(0, result(mpa::Status::Uncertain, { 0, 2 }, 0ms, mpa::Status::TimedOut));
    CHECK(lobby.notice == "Perhaps invited.");
    CHECK(lobby.waiting == std::vector<mpa::Xuid>{ 4 });
}

TEST_CASE("a refusal on submitting takes the same way")
{
    FakeSubmitter mpa;
    Lobby lobby(mpa);
    mpa.refuse_next(result(mpa::Status::QueueFull));
    lobby.invite(1, { 2, 3 });
    CHECK(lobby.notice.empty());
    mpa.poll();
    CHECK(lobby.notice == "Not invited.");
    CHECK(lobby.waiting.size() == 2);
    CHECK(mpa.operations().empty());
}

TEST_CASE("a lobby that is gone is not called")
{
    FakeSubmitter mpa;
    {
        Lobby lobby(mpa);
        lobby.invite(1, { 2 });
        lobby.invite(1, { 3 });
    }
    CHECK(mpa.complete(0, result(mpa::Status::Ok, { 1 })));
    CHECK(mpa.cancel(2).ok());
    mpa.poll();
}
