// Matches, against an emulator: Matches.exe ENDPOINT TITLE_ID SILENT_ENDPOINT WHO_POLLS. What arrived at the first for
// that title is checked by the caller of this program.

using System;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Mpa;
using static Support;

static class Matches
{
    static void Main(string[] args)
    {
        Take(args);
        WhoWasThereAtTheSameTimeIsReported();
        titleId++;
        WrongEventsChangeNothing();
        AMatchIsNothingToWaitForUntilItIsClosed();
        ClosingTheClientClosesItsMatches();
        AForgottenMatchIsClosed();
        JoiningAndLeavingAllocatesNothing();
        TheEndIsUnknownIfTheClientGoesFirst();
        CodeThatTakesAnInterfaceGetsAMatch();
    }

    /// So that a test can give it a client and a match of its own.
    static void CodeThatTakesAnInterfaceGetsAMatch()
    {
        MpaClient client = OpenClient();
        IMpaMatchClient matches = client;
        using (IMpaMatch match = matches.OpenMatch())
        {
            Ok(match.Join(1));
        }
        IMpaMatch other;
        MpaResult result;
        Check(matches.TryOpenMatch(null, out other, out result) && result.IsOk, result);
        Task<MpaResult> closed = other.CloseAsync();
        IMpaClient all = client;
        Ok(Wait(client, all.FlushAsync(TimeSpan.FromSeconds(10))));
        Ok(Wait(client, all.DrainAsync(TimeSpan.FromSeconds(10))));
        Check(closed.IsCompleted, closed.Status);
        Check(!matches.TryOpenMatch(null, out other, out result) && other == null && !result.IsOk, result);
        client.Dispose();
    }

    static MpaClient OpenClient()
    {
        return Open(config => config.RecentPlayersHold = TimeSpan.FromMilliseconds(100));
    }

    static T Wait<T>(MpaClient client, Task<T> task, [CallerLineNumber] int line = 0)
    {
        var clock = Stopwatch.StartNew();
        while (!task.IsCompleted)
        {
            client.Poll();
            Thread.Sleep(1);
            Check(clock.ElapsedMilliseconds < 20000, "it never completed", line);
        }
        return task.Result;
    }

    static void Ok(MpaResult result, [CallerLineNumber] int line = 0)
    {
        Check(result.IsOk, result, line);
    }

    // All that arrives for the title that this is given.
    static void WhoWasThereAtTheSameTimeIsReported()
    {
        using (MpaClient client = OpenClient())
        {
            IMpaMatch match = client.OpenMatch();
            Ok(match.Join(1));
            Ok(match.Join(2));
            Ok(match.Leave(1));
            Ok(match.Join(3));
            Check(!match.Completion.IsCompleted);
            Task<MpaResult> closed = match.CloseAsync();
            Check(closed == match.Completion && closed == match.CloseAsync());
            MpaResult result = Wait(client, closed);
            Check(result.IsOk && result.Acknowledged == 2, result);

            MpaMatch teams = client.OpenMatch(new MpaMatchConfig());
            using (teams)
            {
                for (uint player = 1; player <= 4; player++)
                {
                    Ok(teams.Join(player, (player + 1) / 2));
                }
            }
            result = Wait(client, teams.Completion);
            Check(result.IsOk && result.Acknowledged == 4, result);

            MpaMatch brief = client.OpenMatch(new MpaMatchConfig { MinimumTogether = TimeSpan.FromMinutes(1) });
            Ok(brief.Join(1));
            Ok(brief.Join(2));
            result = Wait(client, brief.CloseAsync());
            Check(result.IsOk && result.Acknowledged == 0, result);
        }
    }

    static void Refused(MpaStatus status, MpaResult result, [CallerLineNumber] int line = 0)
    {
        Check(result.Status == status && result.Message.Length > 10, result, line);
    }

    static void WrongEventsChangeNothing()
    {
        MpaClient client = OpenClient();
        MpaMatch match = client.OpenMatch();
        Ok(match.Join(1));
        Refused(MpaStatus.InvalidArgument, match.Join(1));
        Refused(MpaStatus.InvalidArgument, match.Join(0));
        Refused(MpaStatus.InvalidArgument, match.Leave(2));
        Ok(match.Leave(1));
        match.Dispose();
        match.Dispose();
        Refused(MpaStatus.InvalidHandle, match.Join(1));
        Refused(MpaStatus.InvalidHandle, match.Leave(1));
        Ok(Wait(client, match.Completion));
        client.Dispose();
        Check(!client.TryOpenMatch(null, out MpaMatch none, out MpaResult result) && none == null);
        Refused(MpaStatus.InvalidHandle, result);
        try
        {
            client.OpenMatch();
            Check(false, "it opened");
        }
        catch (MpaException thrown)
        {
            Check(thrown.Result.Status == MpaStatus.InvalidHandle);
        }
        client = Open(config => config.QueueCapacity = 1);
        match = client.OpenMatch();
        Check(!client.TryOpenMatch(null, out none, out result));
        Refused(MpaStatus.QueueFull, result);
        client.Dispose();
    }

    static void AMatchIsNothingToWaitForUntilItIsClosed()
    {
        using (MpaClient client = OpenClient())
        {
            MpaMatch match = client.OpenMatch();
            Ok(match.Join(1));
            Ok(match.Join(2));
            Ok(Wait(client, client.FlushAsync(TimeSpan.FromSeconds(10))));
            Check(!match.Completion.IsCompleted);
            match.Dispose();
            Ok(Wait(client, client.FlushAsync(TimeSpan.FromSeconds(10))));
            Check(match.Completion.IsCompleted && match.Completion.Result.Acknowledged == 1, match.Completion.Status);
        }
    }

    static void ClosingTheClientClosesItsMatches()
    {
        MpaClient client = OpenClient();
        MpaMatch match = client.OpenMatch();
        Ok(match.Join(1));
        Ok(match.Join(2));
        client.Dispose();
        Check(match.Completion.IsCompleted && match.Completion.Result.Acknowledged == 1, match.Completion.Status);
        Refused(MpaStatus.InvalidHandle, match.Join(3));
        match.Dispose();
    }

    static void AForgottenMatchIsClosed()
    {
        using (MpaClient client = OpenClient())
        {
            Task<MpaResult> end = null;
            var forgetting = new Thread(() => end = Forget(client));
            forgetting.Start();
            forgetting.Join();
            var clock = Stopwatch.StartNew();
            while (!end.IsCompleted)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                client.Poll();
                Thread.Sleep(1);
                Check(clock.ElapsedMilliseconds < 20000, "it was never closed");
            }
            Check(end.Result.IsOk && end.Result.Acknowledged == 1, end.Result);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static Task<MpaResult> Forget(MpaClient client)
    {
        MpaMatch match = client.OpenMatch();
        Ok(match.Join(1));
        Ok(match.Join(2));
        return match.Completion;
    }

    static void JoiningAndLeavingAllocatesNothing()
    {
        using (MpaClient client = OpenClient())
        using (MpaMatch match = client.OpenMatch(new MpaMatchConfig { MinimumTogether = TimeSpan.FromHours(1) }))
        {
            match.Join(1);
            match.Leave(1);
            int collections = -GC.CollectionCount(0);
            for (int i = 0; i < 300000; i++)
            {
                match.Join(1);
                match.Leave(1);
            }
            collections += GC.CollectionCount(0);
            // An object a call would be tens of megabytes, and several collections.
            Check(collections <= 1, collections);
        }
    }

    static void TheEndIsUnknownIfTheClientGoesFirst()
    {
        MpaClient client = Open(config => config.Endpoint = silent);
        MpaMatch match = client.OpenMatch();
        Ok(match.Join(1));
        Ok(match.Join(2));
        client.Close(TimeSpan.Zero);
        Check(match.Completion.IsCompleted && !match.Completion.Result.IsOk, match.Completion.Status);
    }
}
