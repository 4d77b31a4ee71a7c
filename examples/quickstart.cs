// A first look at mpa in C#: two kinds of invites, and who met whom.
//
// `cargo run --example quickstart csharp` runs this against a stand-in for the service. By hand, with
// libmpa.so beside it:
//
//     mcs -unsafe quickstart.cs ../bindings/csharp/*.cs
//     mono quickstart.exe ENDPOINT [TITLE_ID]

using System;
using System.Linq;
using Mpa;

static class Quickstart
{
    // Users are known by their XUIDs. These are made up.
    const ulong Host = 2535400000000001;
    const ulong Friend = 2535400000000002;

    // Your own text: with it, a friend's game finds this server.
    const string ConnectionString = "203.0.113.7:7777";

    static int Main(string[] args)
    {
        if (args.Length < 1)
        {
            Console.Error.WriteLine("usage: quickstart.exe ENDPOINT [TITLE_ID]");
            return 1;
        }
        var config = new MpaClientConfig
        {
            TitleId = args.Length > 1 ? uint.Parse(args[1]) : 1234567890,
            Endpoint = args[0], // In production: leave it null.
            AuthorizationHeader = "XBL3.0 x=-;made-up-token-of-the-server",
        };
        if (!MpaClient.TryOpen(config, out MpaClient client, out MpaResult opened))
        {
            Console.Error.WriteLine("Opening the client: " + opened);
            return 1;
        }
        using (client)
        {
            // These block until the service has answered: in a game, call them in a Task.
            bool ok = InviteAsPlayer(client) && InviteAsServer(client) && PostRecentPlayers(client);

            // Disposing of a client closes it too. Close also returns a report.
            MpaCloseReport closed = client.Close(TimeSpan.FromSeconds(1));
            Console.WriteLine($"Closed: {closed.Succeeded} of {closed.Calls} calls succeeded");
            return ok ? 0 : 1;
        }
    }

    // A player invites, with a token of that player's own. Your game client sends it to your server.
    static bool InviteAsPlayer(MpaClient client)
    {
        return Report("A player invites 2 friends", client.SendInvite(new MpaInvite
        {
            InvitedUsers = new[] { Friend, Friend + 1 },
            ConnectionString = ConnectionString,
            Authorization = new MpaAuthorization { Header = "XBL3.0 x=1234567890;made-up-token-of-a-player" },
        }));
    }

    // The server invites for a player who asked for it, with its own token.
    static bool InviteAsServer(MpaClient client)
    {
        return Report("The server invites 20 friends of a player", client.SendServerInvite(new MpaServerInvite
        {
            Sender = Host,
            // The service takes 16 at a time: these go as 16 and 4.
            InvitedUsers = Enumerable.Range(0, 20).Select(i => Friend + (ulong)i).ToArray(),
            ConnectionString = ConnectionString,
            Platform = MpaPlatform.Scarlett,
        }));
    }

    // After a match: everyone in a group met everyone else in it.
    static bool PostRecentPlayers(MpaClient client)
    {
        return Report("The server reports 2 groups who met", client.PostRecentPlayerGroups(new[]
        {
            new MpaRecentPlayerGroup
            {
                EncounterType = MpaEncounterType.Teammate,
                Players = new[] { Host, Friend, Friend + 1 },
            },
            new MpaRecentPlayerGroup
            {
                EncounterType = MpaEncounterType.Opponent,
                Players = new[] { Host, Friend + 2 },
            },
        }));
    }

    // Prints how a call ended. True: the service acknowledged all of it.
    static bool Report(string call, MpaResult result)
    {
        if (!result.IsOk)
        {
            // For programs: result.Retryable says whether to try again. For people: the message.
            Console.Error.WriteLine(call + ": " + result);
            return false;
        }
        string s = result.Attempts == 1 ? "" : "s";
        Console.WriteLine(
            $"{call}: acknowledged, {result.Attempts} request{s}, {result.Elapsed.TotalMilliseconds} ms");
        return true;
    }
}
