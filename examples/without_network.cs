// Tests of code that uses mpa, without a network and without libmpa.so: the code takes an IMpaClient, and a
// test puts a client of its own in its place. With xUnit or NUnit, each test below is a method with [Fact]
// or [Test].
//
//     mcs -unsafe without_network.cs ../bindings/csharp/*.cs
//     mono without_network.exe
//
// For tests with the requests as they go out, run the emulator (emulator/README.md), and set
// MpaClientConfig.Endpoint to its address.

using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Mpa;

// The code under test: what it tells the player.
sealed class Lobby
{
    private readonly IMpaClient client;

    public Lobby(IMpaClient client)
    {
        this.client = client;
    }

    public async Task<string> Invite(ulong sender, ulong friend)
    {
        MpaResult result = await client.SendServerInviteAsync(
            new MpaServerInvite { Sender = sender, InvitedUsers = new[] { friend } });
        switch (result.Status)
        {
            case MpaStatus.Ok:
                return "Invited.";
            case MpaStatus.Uncertain:
                return "The invite may have been sent.";
            case MpaStatus.Throttled:
                return "Too many invites. Try again in " + result.RetryAfter.TotalSeconds + " s.";
            default:
                return "The invite could not be sent.";
        }
    }
}

// Gives the results that a test wants, and keeps the invites. A mocking library does the same.
sealed class FakeClient : IMpaClient
{
    public Queue<MpaResult> Results { get; } = new Queue<MpaResult>();

    public List<MpaServerInvite> Sent { get; } = new List<MpaServerInvite>();

    public Task<MpaResult> SendServerInviteAsync(
        MpaServerInvite invite, CancellationToken cancellationToken = default(CancellationToken))
    {
        Sent.Add(invite);
        return Task.FromResult(Results.Dequeue());
    }

    public MpaResult SendServerInvite(MpaServerInvite invite) => SendServerInviteAsync(invite).Result;

    public MpaResult SendInvite(MpaInvite invite) => Results.Dequeue();

    public Task<MpaResult> SendInviteAsync(
        MpaInvite invite, CancellationToken cancellationToken = default(CancellationToken)) =>
        Task.FromResult(Results.Dequeue());

    public MpaResult PostRecentPlayerGroups(IReadOnlyList<MpaRecentPlayerGroup> groups) => Results.Dequeue();

    public Task<MpaResult> PostRecentPlayerGroupsAsync(
        IReadOnlyList<MpaRecentPlayerGroup> groups,
        CancellationToken cancellationToken = default(CancellationToken)) =>
        Task.FromResult(Results.Dequeue());

    public MpaResult SetAuthorization(MpaAuthorization authorization) => new MpaResult(MpaStatus.Ok);

    public int Poll() => 0;

    public Task<MpaCloseReport> CloseAsync(TimeSpan deadline) => Task.FromResult(new MpaCloseReport());

    public void Dispose()
    {
    }
}

static class LobbyTests
{
    static void AnInviteIsSentForThePlayer()
    {
        var client = new FakeClient();
        client.Results.Enqueue(new MpaResult(MpaStatus.Ok, total: 1, acknowledged: 1));
        Equal("Invited.", new Lobby(client).Invite(1, 2).Result);
        Equal(1ul, client.Sent[0].Sender);
        Equal(2ul, client.Sent[0].InvitedUsers[0]);
    }

    static void APlayerIsToldToWait()
    {
        var client = new FakeClient();
        var wait = TimeSpan.FromSeconds(15);
        client.Results.Enqueue(new MpaResult(MpaStatus.Throttled, total: 1, refused: 1, retryAfter: wait));
        Equal("Too many invites. Try again in 15 s.", new Lobby(client).Invite(1, 2).Result);
    }

    static void WhatIsInDoubtIsSaidToBe()
    {
        var client = new FakeClient();
        client.Results.Enqueue(new MpaResult(MpaStatus.Uncertain, total: 1, uncertain: 1));
        Equal("The invite may have been sent.", new Lobby(client).Invite(1, 2).Result);
    }

    static void Equal<T>(T expected, T found)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, found))
        {
            throw new Exception("expected " + expected + ", found " + found);
        }
    }

    static void Main()
    {
        AnInviteIsSentForThePlayer();
        APlayerIsToldToWait();
        WhatIsInDoubtIsSaidToBe();
        Console.WriteLine("3 tests passed.");
    }
}
