// Tests of code that uses mpa, without a network and without libmpa.so: the code takes an IMpaClient or an
// IMpaMatchClient, and a test puts a client of its own in its place. With xUnit or NUnit, each test below is a method with [Fact]
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

// The code under test: who is in the arena.
sealed class Arena
{
    private readonly IMpaMatch match;

    public Arena(IMpaMatchClient client)
    {
        match = client.OpenMatch();
    }

    public void Enter(ulong player, bool isSpectator)
    {
        if (!isSpectator)
        {
            match.Join(player);
        }
    }

    public Task<MpaResult> End() => match.CloseAsync();
}

// Gives the results that a test wants, and keeps the invites. A mocking library does the same.
sealed class FakeClient : IMpaClient, IMpaMatchClient
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

    public event EventHandler<MpaAuthorizationNeededEventArgs> AuthorizationNeeded
    {
        add { }
        remove { }
    }

    public FakeMatch Match { get; } = new FakeMatch();

    public IMpaMatch OpenMatch(MpaMatchConfig config = null) => Match;

    public bool TryOpenMatch(MpaMatchConfig config, out IMpaMatch match, out MpaResult result)
    {
        match = Match;
        result = new MpaResult(MpaStatus.Ok);
        return true;
    }

    public int Poll() => 0;

    public Task<MpaResult> FlushAsync(TimeSpan deadline) => Task.FromResult(new MpaResult(MpaStatus.Ok));

    public Task<MpaResult> DrainAsync(TimeSpan deadline) => Task.FromResult(new MpaResult(MpaStatus.Ok));

    public Task<MpaCloseReport> CloseAsync(TimeSpan deadline) => Task.FromResult(new MpaCloseReport());

    public void Dispose()
    {
    }
}

// Keeps who is in the match.
sealed class FakeMatch : IMpaMatch
{
    public HashSet<ulong> Players { get; } = new HashSet<ulong>();

    public MpaResult Join(ulong xuid, uint team = 0) =>
        new MpaResult(Players.Add(xuid) ? MpaStatus.Ok : MpaStatus.InvalidArgument);

    public MpaResult Leave(ulong xuid) =>
        new MpaResult(Players.Remove(xuid) ? MpaStatus.Ok : MpaStatus.InvalidArgument);

    public Task<MpaResult> Completion => Task.FromResult(new MpaResult(MpaStatus.Ok));

    public Task<MpaResult> CloseAsync()
    {
        Dispose();
        return Completion;
    }

    public void Dispose() => Players.Clear();
}

static class GameTests
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

    static void SpectatorsAreNotInTheMatch()
    {
        var client = new FakeClient();
        var arena = new Arena(client);
        arena.Enter(1, isSpectator: false);
        arena.Enter(2, isSpectator: true);
        Equal(true, client.Match.Players.SetEquals(new[] { 1ul }));
        Equal(MpaStatus.Ok, arena.End().Result.Status);
        Equal(0, client.Match.Players.Count);
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
        SpectatorsAreNotInTheMatch();
        Console.WriteLine("4 tests passed.");
    }
}
