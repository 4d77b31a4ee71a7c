// A server that ticks 60 times a second and never waits for the service: it submits, its tasks complete
// inside its own Poll each frame, and on SIGTERM or SIGINT it ends what was begun within its grace time.
//
// `cargo run --example quickstart csharp loop` runs this against a stand-in for the service. By hand,
// with libmpa.so beside it:
//
//     mcs -unsafe -r:Mono.Posix server_loop.cs StopSignals.cs ../bindings/csharp/*.cs
//     mono server_loop.exe ENDPOINT [TITLE_ID]

using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using Mpa;

static class ServerLoop
{
    // How long the server may take to stop, and how much of that is for what was submitted.
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);
    static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(4);
    static readonly TimeSpan FrameTime = TimeSpan.FromSeconds(1.0 / 60);

    // Users are known by their XUIDs. These are made up.
    const ulong Host = 2535400000000001;
    const ulong Friend = 2535400000000002;

    static int Main(string[] args)
    {
        if (args.Length < 1)
        {
            Console.Error.WriteLine("usage: server_loop.exe ENDPOINT [TITLE_ID]");
            return 1;
        }
        var config = new MpaClientConfig
        {
            TitleId = args.Length > 1 ? uint.Parse(args[1]) : 1234567890,
            Endpoint = args[0], // In production: leave it null.
            AuthorizationHeader = "XBL3.0 x=-;made-up-token-of-the-server",
            HostPolls = true,
            LogLevel = MpaLogLevel.Warning,
        };
        if (!MpaClient.TryOpen(config, out MpaClient client, out MpaResult opened))
        {
            Console.Error.WriteLine("Opening the client: " + opened);
            return 1;
        }
        client.Logged += (sender, e) => Console.Error.WriteLine("Log: " + e.Message);
        // Fetch a token elsewhere, and set it with SetAuthorization.
        client.AuthorizationNeeded += (sender, e) => Console.Error.WriteLine(e.Message);

        using (var signals = new StopSignals())
        {
            for (uint frame = 0; !signals.HaveCome; frame++)
            {
                Play(client, frame);
                client.Poll(); // What awaits the tasks runs in here.
                Thread.Sleep(FrameTime);
            }
            Stop(client);
        }
        return 0;
    }

    // Once in a while, a player asks the server to invite a friend, and a match ends.
    static void Play(MpaClient client, uint frame)
    {
        if (frame % 15 == 0)
        {
            Report(frame, client.SendServerInviteAsync(new MpaServerInvite
            {
                Sender = Host,
                InvitedUsers = new[] { Friend },
                ConnectionString = "203.0.113.7:7777",
            }));
        }
        if (frame % 60 == 0)
        {
            Report(frame, client.PostRecentPlayerGroupsAsync(new[]
            {
                new MpaRecentPlayerGroup { Players = new[] { Host, Friend } },
            }));
        }
    }

    static async void Report(uint frame, Task<MpaResult> operation)
    {
        MpaResult result = await operation;
        if (result.IsOk)
        {
            Console.WriteLine($"Frame {frame}: acknowledged");
        }
        else
        {
            Console.Error.WriteLine($"Frame {frame}: {result}");
        }
    }

    // No more is taken, and what was held goes out. The frames go on until every task has completed.
    static void Stop(MpaClient client)
    {
        var clock = Stopwatch.StartNew();
        Task<MpaCloseReport> closing = client.CloseAsync(DrainTime);
        while (!closing.IsCompleted && clock.Elapsed < Grace)
        {
            client.Poll();
            Thread.Sleep(FrameTime);
        }
        MpaCloseReport closed = closing.IsCompleted ? closing.Result : client.Close(TimeSpan.Zero);
        Console.WriteLine(
            $"Closed: {closed.OperationsSucceeded} of {closed.Submitted} operations succeeded, "
            + $"{closed.OperationsUncertain} uncertain, {closed.EventsNotPolled} events not polled");
    }
}
