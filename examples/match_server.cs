// A match: the server says who joins and who leaves, and the library reports who met whom.
//
// `cargo run --example quickstart csharp match` runs this against a stand-in for the service, and then prints who met
// whom as the service lists it. By hand:
//
//     mcs -unsafe -out:match_server.exe match_server.cs ../bindings/csharp/*.cs
//     mono match_server.exe ENDPOINT [TITLE_ID [SEED [SPEED]]]

using System;
using System.Globalization;
using System.Threading.Tasks;
using Mpa;

internal static class MatchServer
{
    // A match of a minute, made up: each second, one of these players joins or leaves, or none does.
    private const int Seconds = 60;
    private const int Players = 8;

    // Users are known by their XUIDs. These are made up.
    private const ulong FirstPlayer = 2535400000000001;

    private static int Main(string[] args)
    {
        if (args.Length == 0)
        {
            Console.Error.WriteLine("usage: match_server ENDPOINT [TITLE_ID [SEED [SPEED]]]");
            return 1;
        }
        var config = new MpaClientConfig
        {
            TitleId = (uint)Number(args, 1, 1234567890),
            Endpoint = args[0], // In production: leave it null.
            AuthorizationHeader = "XBL3.0 x=-;made-up-token-of-the-server",
        };
        using (MpaClient client = MpaClient.Open(config))
        using (MpaMatch match = client.OpenMatch())
        {
            MpaResult end = PlayAsync(match, Number(args, 2, 1), Math.Max(Number(args, 3, 1), 1)).Result;
            if (!end.IsOk)
            {
                Console.Error.WriteLine("The match: " + end);
                return 1;
            }
            Console.WriteLine("The match: {0} groups and lists of players acknowledged", end.Acknowledged);
            return 0;
        }
    }

    private static async Task<MpaResult> PlayAsync(MpaMatch match, int seed, int speed)
    {
        var random = new Random(seed);
        var present = new bool[Players];
        for (int second = 0; second < Seconds; second++)
        {
            int player = random.Next(Players);
            if (random.Next(2) == 0)
            {
                present[player] = !present[player];
                Happen(match, player, present[player]);
            }
            await Task.Delay(1000 / speed);
        }
        return await match.CloseAsync(); // Those who are still there leave.
    }

    // A player joins or leaves. Neither waits, and what is wrong never stops the game: it is in the result.
    private static void Happen(MpaMatch match, int player, bool joins)
    {
        ulong xuid = FirstPlayer + (ulong)player;
        uint team = 1 + (uint)player % 2; // 0 would be none.
        MpaResult result = joins ? match.Join(xuid, team) : match.Leave(xuid);
        if (result.IsOk)
        {
            Console.WriteLine("Player {0} {1}", player + 1, joins ? "joins" : "leaves");
        }
        else
        {
            Console.Error.WriteLine("Player {0}: {1}", player + 1, result.Message);
        }
    }

    private static int Number(string[] args, int index, int otherwise)
    {
        return args.Length > index ? int.Parse(args[index], CultureInfo.InvariantCulture) : otherwise;
    }
}
