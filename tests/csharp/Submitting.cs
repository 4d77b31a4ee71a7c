// Tasks of submitted operations, against an emulator: Submitting.exe ENDPOINT TITLE_ID SILENT_ENDPOINT
// WHO_POLLS. What arrived at the first is checked by the caller of this program; the second never answers.

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using Mpa;
using static Support;

static class Submitting
{
    static void Main(string[] args)
    {
        Take(args);
        WhatIsSubmittedArrives();
        titleId++;
        WhatIsRefusedCompletesAtOnce();
        RefusalsMayTakeTheWayOfCompletions();
        ASubmitWaitsForRoom();
        AWaitingSubmitEndsWithItsTokenOrItsClient();
        ManyTasksCompleteWhileTheCollectorRuns();
        ContinuationsRunWhereTheyShould();
        CancellingEndsWhatWasNotSent();
        AnAuthorizationIsAskedFor();
        AProviderIsAskedOnceAtATime();
        AProviderIsCancelledWithItsClient();
        ClosingCompletesEverything();
        ResultsOfAnUnknownEndSayWhetherToSendAgain();
        ATaskKeepsItsClient();
    }

    /// As a game loop would, or a program that has nothing else to do.
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

    static void WhatIsSubmittedArrives()
    {
        MpaClient client = Open();
        MpaResult invited = Wait(client, client.SendInviteAsync(new MpaInvite
        {
            InvitedUsers = new List<ulong> { ulong.MaxValue },
            ConnectionString = "grüße \U0001F600",
            Platform = MpaPlatform.PlayStation,
            Authorization = new MpaAuthorization { Header = "XBL3.0 x=77;of-a-user" },
        }));
        Check(invited.IsOk && invited.Acknowledged == 1, invited);

        client.SetAuthorization(new MpaAuthorization { Header = "XBL3.0 x=-;newer" }).ThrowIfFailed();
        MpaResult sent = Wait(client, client.SendServerInviteAsync(AnInvite()));
        Check(sent.IsOk && sent.Acknowledged == 2 && sent.HttpStatus == 204, sent);

        Task<MpaResult> posting = client.PostRecentPlayerGroupsAsync(new List<MpaRecentPlayerGroup>
        {
            new MpaRecentPlayerGroup
            {
                Players = new ulong[] { 5, 6 },
                EncounterType = MpaEncounterType.Opponent,
                Timestamp = new DateTimeOffset(2020, 5, 12, 10, 11, 12, TimeSpan.Zero),
            },
            new MpaRecentPlayerGroup
            {
                Players = new List<ulong> { 7, 8, 9 },
                Timestamp = new DateTimeOffset(1970, 1, 1, 0, 0, 0, TimeSpan.Zero),
            },
        });
        Task<MpaResult> drained = client.DrainAsync(TimeSpan.FromSeconds(10));
        Check(client.DrainAsync(TimeSpan.Zero) == drained);
        Check(Wait(client, drained).IsOk, drained.Result);
        Check(posting.IsCompleted && posting.Result.IsOk && posting.Result.Acknowledged == 2);
        Task<MpaResult> late = client.SendServerInviteAsync(AnInvite());
        Check(late.IsCompleted && late.Result.Status == MpaStatus.Closed);
        MpaCloseReport report = client.Close(TimeSpan.Zero);
        Check(report.Submitted == 3 && report.OperationsSucceeded == 3 && report.Calls == 0, report.Submitted);
        Check(report.EventsNotPolled == 0 && report.OperationsAbandoned == 0);
    }

    static void Refused(MpaStatus status, Task<MpaResult> task, [CallerLineNumber] int line = 0)
    {
        Check(task.IsCompleted && task.Result.Status == status, task.Status, line);
    }

    static void WhatIsRefusedCompletesAtOnce()
    {
        MpaClient client = Open(config => config.QueueCapacity = 1);
        Refused(MpaStatus.InvalidArgument, client.SendInviteAsync(null));
        Refused(MpaStatus.InvalidArgument, client.SendServerInviteAsync(ToNoOne()));
        Refused(MpaStatus.InvalidArgument, client.PostRecentPlayerGroupsAsync(null));
        var cancelled = new CancellationToken(true);
        Refused(MpaStatus.Cancelled, client.SendServerInviteAsync(AnInvite(), cancelled));
        Task<MpaResult> held = client.PostRecentPlayerGroupsAsync(Groups());
        Refused(MpaStatus.QueueFull, client.SendServerInviteAsync(AnInvite()));
        client.Dispose();
        Check(held.IsCompleted && held.Result.IsOk, held.Status);
        Refused(MpaStatus.InvalidHandle, client.SendServerInviteAsync(AnInvite()));
        Refused(MpaStatus.InvalidHandle, client.DrainAsync(TimeSpan.Zero));
        Check(client.Poll() == 0);
    }

    static MpaServerInvite ToNoOne()
    {
        return new MpaServerInvite { Sender = 1, InvitedUsers = null };
    }

    static void RefusalsMayTakeTheWayOfCompletions()
    {
        Action<Action<MpaClientConfig>> isOne = change =>
        {
            using (MpaClient client = Open(change))
            {
                int calls = 0;
                MpaResult last = null;
                Action<MpaResult> completed = result =>
                {
                    last = result;
                    Interlocked.Increment(ref calls);
                };
                client.SubmitServerInvite(null, completed);
                client.SubmitServerInvite(AnInvite(), completed);
                client.SubmitRecentPlayerGroups(new MpaRecentPlayerGroup[0], completed);
                client.SubmitServerInvite(ToNoOne(), result => { throw new InvalidOperationException(); });
                Check(!hostPolls || calls == 0, "it was called before the method had returned");
                var clock = Stopwatch.StartNew();
                while (Volatile.Read(ref calls) < 3)
                {
                    client.Poll();
                    Check(clock.ElapsedMilliseconds < 20000, calls);
                    Thread.Sleep(1);
                }
                Check(last != null && calls == 3, calls);
            }
        };
        isOne(config => config.DeferRefusals = false);
        isOne(config => config.DeferRefusals = true);

        MpaClient deferring = Open(config => config.DeferRefusals = true);
        Task<MpaResult> refused = deferring.SendServerInviteAsync(ToNoOne());
        Check(!hostPolls || !refused.IsCompleted, "it completed outside of Poll");
        Check(Wait(deferring, refused).Status == MpaStatus.InvalidArgument, refused.Result);
        refused = deferring.SendServerInviteAsync(ToNoOne());
        deferring.Dispose();
        Check(refused.Wait(20000) && refused.Result.Status == MpaStatus.InvalidArgument, refused.Status);
        Refused(MpaStatus.InvalidHandle, deferring.SendServerInviteAsync(AnInvite()));
    }

    static void ASubmitWaitsForRoom()
    {
        using (MpaClient client = Open(config => config.QueueCapacity = 2))
        {
            var enqueued = Enumerable.Range(0, 20).Select(i => client.EnqueueServerInviteAsync(AnInvite())).ToList();
            Check(!hostPolls || enqueued.Count(submit => submit.IsCompleted) == 2, "there was room for two");
            var operations = Wait(client, Task.WhenAll(enqueued));
            List<ulong> ids = operations.Select(operation => operation.Id).ToList();
            Check(ids.SequenceEqual(ids.OrderBy(id => id)), string.Join(" ", ids));
            var results = Wait(client, Task.WhenAll(operations.Select(operation => operation.Completion)));
            Check(results.All(result => result.IsOk && result.Acknowledged == 2 && result.Total == 2), results[19]);
            // What is refused for another reason does not wait.
            MpaOperation refused = Wait(client, client.EnqueueServerInviteAsync(ToNoOne()));
            Check(refused.Id == 0 && refused.Completion.Result.Status == MpaStatus.InvalidArgument);
        }
    }

    static void AWaitingSubmitEndsWithItsTokenOrItsClient()
    {
        MpaClient client = Open(config =>
        {
            config.QueueCapacity = 1;
            config.RecentPlayersHold = TimeSpan.FromMinutes(1);
        });
        Task<MpaResult> held = client.PostRecentPlayerGroupsAsync(Groups());
        using (var cancellation = new CancellationTokenSource())
        {
            Task<MpaOperation> first = client.EnqueueServerInviteAsync(AnInvite(), cancellation.Token);
            Task<MpaOperation> second = client.EnqueueServerInviteAsync(AnInvite());
            Check(!first.IsCompleted && !second.IsCompleted, "there was no room");
            cancellation.Cancel();
            Check(Wait(client, first).Completion.Result.Status == MpaStatus.Cancelled, first.Status);
            Check(!second.IsCompleted, "there was no room");
            client.Dispose();
            Check(held.Result.IsOk, held.Result);
            MpaStatus end = Wait(client, Wait(client, second).Completion).Status;
            Check(end == MpaStatus.Closed || end == MpaStatus.InvalidHandle, end);
        }
    }

    static void ManyTasksCompleteWhileTheCollectorRuns()
    {
        bool stop = false;
        var collector = new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                GC.KeepAlive(new byte[4096]);
                GC.Collect();
            }
        });
        collector.Start();
        using (MpaClient client = Open())
        {
            var tasks = new List<Task<MpaResult>>();
            var threads = Enumerable.Range(0, 4).Select(number => new Thread(() =>
            {
                for (int i = 0; i < 50; i++)
                {
                    Task<MpaResult> task = client.SendServerInviteAsync(AnInvite());
                    lock (tasks)
                    {
                        tasks.Add(task);
                    }
                }
            })).ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());
            Check(Wait(client, Task.WhenAll(tasks)).All(result => result.Acknowledged == 2));
        }
        Volatile.Write(ref stop, true);
        collector.Join();
    }

    static void ContinuationsRunWhereTheyShould()
    {
        // Held, so that it is awaited before it completes.
        using (MpaClient client = Open(config => config.RecentPlayersHold = TimeSpan.FromMilliseconds(500)))
        {
            Task<string> thread = NameOfTheThreadAfter(client.PostRecentPlayerGroupsAsync(Groups()));
            int here = Thread.CurrentThread.ManagedThreadId;
            string found = Wait(client, thread);
            Check(hostPolls == (found == "thread " + here) && found != "mpa events", found);
        }
    }

    static async Task<string> NameOfTheThreadAfter(Task task)
    {
        await task;
        Thread thread = Thread.CurrentThread;
        return thread.Name ?? "thread " + thread.ManagedThreadId;
    }

    static void CancellingEndsWhatWasNotSent()
    {
        using (MpaClient client = Open(config => config.RecentPlayersHold = TimeSpan.FromMinutes(1)))
        using (var cancellation = new CancellationTokenSource())
        {
            Task<MpaResult> kept = client.PostRecentPlayerGroupsAsync(Groups());
            Task<MpaResult> cancelled = client.PostRecentPlayerGroupsAsync(Groups(), cancellation.Token);
            cancellation.Cancel();
            Check(Wait(client, cancelled).Status == MpaStatus.Cancelled, cancelled.Result);
            Check(!kept.IsCompleted);
            // Too late to change anything.
            using (var late = new CancellationTokenSource())
            {
                Task<MpaResult> sent = client.SendServerInviteAsync(AnInvite(), late.Token);
                Check(Wait(client, sent).IsOk, sent.Result);
                late.Cancel();
            }
            client.Dispose();
            Check(kept.Result.IsOk, kept.Result);
        }
    }

    static void AnAuthorizationIsAskedFor()
    {
        using (MpaClient client = Open(config => config.AuthorizationHeader = null))
        {
            var reported = new List<string>();
            client.AuthorizationNeeded += (sender, e) =>
            {
                reported.Add(e.Message);
                client.SetAuthorization(new MpaAuthorization { Header = "XBL3.0 x=-;pushed" });
            };
            MpaResult sent = Wait(client, client.SendServerInviteAsync(AnInvite()));
            Check(sent.IsOk && reported.Single().Contains("authorization"), sent);
        }
        using (MpaClient client = Open(config => config.AuthorizationHeader = null))
        {
            MpaServerInvite invite = AnInvite();
            invite.TimeToLive = TimeSpan.FromMilliseconds(50);
            Check(Wait(client, client.SendServerInviteAsync(invite)).Status == MpaStatus.Expired);
        }
    }

    static void AProviderIsAskedOnceAtATime()
    {
        int asked = 0, atOnce = 0, most = 0, failed = 0, here = Thread.CurrentThread.ManagedThreadId;
        var reasons = new List<MpaAuthorizationReason>();
        Action<MpaClientConfig> change = config =>
        {
            config.AuthorizationHeader = null;
            config.AuthorizationProvider = async (request, cancellationToken) =>
            {
                most = Math.Max(most, Interlocked.Increment(ref atOnce));
                reasons.Add(request.Reason);
                bool isFirst = Interlocked.Increment(ref asked) == 1;
                Check(Thread.CurrentThread.ManagedThreadId != here && request.Current == null);
                await Task.Delay(100, cancellationToken);
                Interlocked.Decrement(ref atOnce);
                if (isFirst)
                {
                    throw new InvalidOperationException("of the provider");
                }
                return new MpaAuthorization { Header = "XBL3.0 x=-;provided" };
            };
        };
        using (MpaClient client = Open(change))
        {
            client.HandlerFailed += (sender, e) =>
            {
                Check(e.Exception.Message == "of the provider", e.Exception);
                Interlocked.Increment(ref failed);
            };
            // Nothing waits until it is there, and nothing is sent twice.
            Check(client.SendServerInvite(AnInvite()).Status == MpaStatus.AuthorizationNeeded);
            var sent = Wait(client, Task.WhenAll(Ten(client)));
            Check(sent.All(result => result.IsOk), sent[0]);
            Check(asked == 2 && most == 1 && failed == 1, asked + " " + most + " " + failed);
            Check(reasons.All(reason => reason == MpaAuthorizationReason.Missing), reasons[1]);
        }
    }

    static void AProviderIsCancelledWithItsClient()
    {
        var cancelled = new TaskCompletionSource<bool>();
        MpaClient client = Open(config =>
        {
            config.AuthorizationHeader = null;
            config.AuthorizationProvider = async (request, cancellationToken) =>
            {
                cancellationToken.Register(() => cancelled.TrySetResult(true));
                await Task.Delay(Timeout.Infinite, cancellationToken);
                return null;
            };
        });
        Thread.Sleep(100);
        client.Dispose();
        Check(cancelled.Task.Wait(20000), "it was not cancelled");
    }

    [DllImport("mpa")]
    static extern int mpa_client_close(ulong client, uint deadlineMs, IntPtr report);

    static List<Task<MpaResult>> Ten(MpaClient client)
    {
        return Enumerable.Range(0, 10).Select(i => client.SendServerInviteAsync(AnInvite())).ToList();
    }

    static void ClosingCompletesEverything()
    {
        MpaClient client = Open();
        List<Task<MpaResult>> tasks = Ten(client);
        client.Dispose();
        Check(tasks.All(task => task.IsCompleted && task.Result.IsOk), tasks[9].Status);

        // The deadline cuts: one is on the wire at most.
        client = Open(config => config.Endpoint = silent);
        tasks = Ten(client);
        Thread.Sleep(100);
        var clock = Stopwatch.StartNew();
        MpaCloseReport report = client.Close(TimeSpan.FromMilliseconds(100));
        Check(clock.ElapsedMilliseconds < 3000, clock.Elapsed);
        Check(tasks.All(task => task.IsCompleted) && report.Submitted == 10, report.Submitted);
        Check(tasks[0].Result.Status == MpaStatus.Uncertain && tasks[0].Result.Uncertain == 2, tasks[0].Result);
        Check(tasks.Skip(1).All(task => task.Result.Status == MpaStatus.Abandoned), tasks[1].Result);

        // A drain that is under way ends as one.
        client = Open();
        Task<MpaResult> drained = client.DrainAsync(TimeSpan.FromSeconds(10));
        client.Dispose();
        Check(drained.IsCompleted && drained.Result.IsOk, drained.Status);

        // Two at once: the second does nothing.
        client = Open(config => config.Endpoint = silent);
        tasks = Ten(client);
        var others = Enumerable.Range(0, 4).Select(i => new Thread(() => client.Close(TimeSpan.Zero))).ToList();
        others.ForEach(other => other.Start());
        others.ForEach(other => other.Join());
        Check(tasks.All(task => task.IsCompleted && !task.Result.IsOk && !task.Result.Retryable
            || task.Result.Status == MpaStatus.Abandoned), tasks[0].Status);
    }

    /// The client is closed past the assembly, so that no event can say how they ended.
    static void ResultsOfAnUnknownEndSayWhetherToSendAgain()
    {
        MpaClient client = Open(config => config.Endpoint = silent);
        List<Task<MpaResult>> invites = Ten(client);
        var repeatable = new List<Task<MpaResult>>
        {
            client.PostRecentPlayerGroupsAsync(Groups()),
            client.SetActivityAsync(1, new MpaActivity { ConnectionString = "" }),
        };
        MpaMatch match = client.OpenMatch();
        object handle = typeof(MpaClient)
            .GetField("handle", BindingFlags.Instance | BindingFlags.NonPublic).GetValue(client);
        mpa_client_close((ulong)handle.GetType().GetField("id").GetValue(handle), 0, IntPtr.Zero);
        client.Dispose();
        List<Task<MpaResult>> sent = invites.Concat(repeatable).ToList();
        Check(sent.All(task => task.IsCompleted) && match.Completion.IsCompleted, "tasks were forgotten");
        Check(sent.All(task => !task.Result.IsOk), invites[0].Result);
        // A thread may have polled events in between.
        if (!hostPolls)
        {
            return;
        }
        Check(sent.All(task => task.Result.Cause == MpaStatus.Closed), invites[0].Result.Cause);
        foreach (MpaResult result in invites.Select(task => task.Result))
        {
            Check(result.Status == MpaStatus.Uncertain && result.Uncertain == 2 && !result.Retryable, result);
        }
        foreach (MpaResult result in repeatable.Select(task => task.Result))
        {
            Check(result.Status == MpaStatus.Abandoned && result.Uncertain == 1 && result.Retryable, result);
        }
        MpaResult reported = match.Completion.Result;
        Check(reported.Status == MpaStatus.Abandoned && reported.Cause == MpaStatus.Closed, reported);
        Check(!reported.Retryable, reported);
        Check(reported.Message.Contains("match"), reported);
    }

    /// Only the task needs it any more.
    static void ATaskKeepsItsClient()
    {
        if (hostPolls)
        {
            return;
        }
        Task<MpaResult> task = null;
        var forgetful = new Thread(() => task = Open().PostRecentPlayerGroupsAsync(Groups()));
        forgetful.Start();
        forgetful.Join();
        for (int i = 0; i < 10; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Thread.Sleep(10);
        }
        Check(task.Wait(20000) && task.Result.IsOk, task.Status);
    }
}
