// Numbers, the log, and ways to close, against an emulator: Observability.exe ENDPOINT TITLE_ID
// SILENT_ENDPOINT WHO_POLLS. The first request to the first fails with 503; the second never answers.

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

static class Observability
{
    static void Main(string[] args)
    {
        Take(args);
        TheLogIsTold();
        ExceptionsOfHandlersAffectNothingElse();
        TheNumbersAreThoseOfTheClient();
        EveryNumberIsInItsPlace("mpa_lane_stats", typeof(MpaLaneStats));
        EveryNumberIsInItsPlace("mpa_stats", typeof(MpaStats));
        AnAuthorizationThatExpiresSoonIsToldAhead();
        FlushingCompletesWhatWasSubmitted();
        ClosingDoesNotBlock();
        AllOfAnOwnerAreClosed();
    }

    /// As a game loop would, or a program that has nothing else to do.
    static void Until(MpaClient client, Func<bool> holds, [CallerLineNumber] int line = 0)
    {
        var clock = Stopwatch.StartNew();
        while (!holds())
        {
            client.Poll();
            Thread.Sleep(1);
            Check(clock.ElapsedMilliseconds < 20000, "it never happened", line);
        }
    }

    static void TheLogIsTold()
    {
        using (MpaClient client = Open(config => config.LogLevel = MpaLogLevel.Warning))
        {
            string thread = null;
            object from = null;
            MpaLogEventArgs reported = null;
            client.Logged += (sender, e) =>
            {
                thread = Thread.CurrentThread.Name;
                from = sender;
                Volatile.Write(ref reported, e);
            };
            // Also of calls that block, with nothing submitted.
            Check(client.PostRecentPlayerGroups(Groups()).Attempts == 2);
            Until(client, () => Volatile.Read(ref reported) != null);
            Check(from == client && reported.Level == MpaLogLevel.Warning, reported.Level);
            Check(reported.Message.Contains("503") && reported.HttpStatus == 503, reported.Message);
            Check(reported.Status == MpaStatus.ServiceUnavailable && reported.EventId == 62, reported.EventId);
            Check(reported.CorrelationId != "" && reported.ServiceCode == 0 && reported.Cause == MpaStatus.Ok, reported.CorrelationId);
            Check(hostPolls == (thread == null), thread);
        }
    }

    static void ExceptionsOfHandlersAffectNothingElse()
    {
        using (MpaClient client = Open(config => config.LogLevel = MpaLogLevel.Debug))
        {
            int reported = 0, failed = 0;
            client.Logged += (sender, e) => { throw new InvalidOperationException("of the handler"); };
            client.Logged += (sender, e) => Interlocked.Increment(ref reported);
            client.HandlerFailed += (sender, e) =>
            {
                Check(e.Exception.Message == "of the handler", e.Exception);
                Interlocked.Increment(ref failed);
                throw new InvalidOperationException("of the handler's handler");
            };
            Task<MpaResult> sent = client.SendServerInviteAsync(AnInvite());
            Until(client, () => sent.IsCompleted && Volatile.Read(ref reported) >= 1 && failed >= 1);
            Check(sent.Result.IsOk, sent.Result);
            Task<MpaResult> again = client.SendServerInviteAsync(AnInvite());
            Until(client, () => again.IsCompleted);
        }
    }

    static void TheNumbersAreThoseOfTheClient()
    {
        MpaClient client = Open();
        Check(client.TryGetStats(out MpaStats stats, out MpaResult got), got);
        Check(stats.SinceLastPoll == null && stats.SinceLastSuccess == null);
        Check(stats.AuthorizationExpiresAt == null && stats.ClockOffset == null);
        client.SendServerInvite(AnInvite()).ThrowIfFailed();
        Task<MpaResult> sent = client.SendServerInviteAsync(AnInvite());
        Until(client, () => sent.IsCompleted);
        var expires = new DateTimeOffset(2100, 1, 1, 0, 0, 0, 123, TimeSpan.Zero);
        var newer = new MpaAuthorization { Header = "XBL3.0 x=-;newer", ExpiresAt = expires };
        client.SetAuthorization(newer).ThrowIfFailed();
        Check(client.TryGetStats(out stats, out got), got);
        MpaLaneStats invites = stats.Invites;
        long ok = invites.Completed(MpaStatus.Ok);
        Check(invites.Calls == 1 && invites.Submitted == 1 && ok == 2, ok);
        Check(invites.Requests == 2 && invites.Items == 4 && invites.RequestDurationBuckets[15] == 2, invites.Items);
        Check(stats.RecentPlayers.Requests == 0 && stats.SinceLastSuccess != null && stats.SinceLastPoll != null);
        Check(stats.AuthorizationExpiresAt == expires, stats.AuthorizationExpiresAt);

        Check(stats.TryGetPrometheusText("region=\"eu\"", out string page, out got), got);
        Check(page.Contains("\nmpa_requests_total{region=\"eu\",lane=\"invites\"} 2\n"), page);
        Check(stats.TryGetPrometheusText(null, out page, out got), got);
        Check(page.Contains("\nmpa_held_operations 0\n") && page.EndsWith("\n"), page);
        Check(stats.TryGetPrometheusText("a=\"" + new string('b', 250) + "\"", out page, out got), got);
        Check(page.Length > MpaLimits.StatsPrometheusSize && page.EndsWith("\n"), page.Length);
        Check(!stats.TryGetPrometheusText("nonsense", out page, out got) && page == null);
        Check(got.Status == MpaStatus.InvalidArgument, got);
        Check(!stats.TryGetPrometheusText("a\0b", out page, out got) && page == null);
        Check(got.Status == MpaStatus.InvalidArgument, got);
        client.Dispose();
        Check(!client.TryGetStats(out stats, out got) && got.Status == MpaStatus.InvalidHandle && stats == null);
    }

    /// Fills a struct with numbers that are their place in it, and asks the class for them by the names
    /// of the struct's fields.
    static void EveryNumberIsInItsPlace(string name, Type shown)
    {
        Type native = typeof(MpaClient).Assembly.GetType("Mpa.Internal.Native+" + name, true);
        int count = Marshal.SizeOf(native) / 8;
        IntPtr memory = Marshal.AllocHGlobal(count * 8);
        // In the first place of mpa_stats stand its size, and that the offset of the clock is known.
        long[] numbers = Enumerable.Range(0, count).Select(i => i == 0 && name == "mpa_stats" ? 1L << 32 : i).ToArray();
        Marshal.Copy(numbers, 0, memory, count);
        object raw = Marshal.PtrToStructure(memory, native);
        Marshal.FreeHGlobal(memory);
        const BindingFlags Any = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;
        object stats = shown.GetConstructor(Any, null, new[] { native }, null).Invoke(new[] { raw });
        int checkedNumbers = 0;
        foreach (FieldInfo field in native.GetFields().Where(field => !IsReserved(field.Name)))
        {
            long place = (long)Marshal.OffsetOf(native, field.Name) / 8;
            if (field.Name == "completed")
            {
                // The first pair, which is all of its status.
                var lane = (MpaLaneStats)stats;
                Check(lane.Completed(MpaStatus.Ok) == place && lane.Completed(MpaStatus.Ok, MpaStatus.Ok) == place);
                Check(lane.Completed(MpaStatus.Uncertain) > lane.Completed(MpaStatus.Uncertain, MpaStatus.TimedOut));
                Check(lane.Completed(MpaStatus.InvalidStruct) == 0 && lane.Completed(MpaStatus.Ok, MpaStatus.TimedOut) == 0);
                continue;
            }
            long reported = AsNumber(shown.GetProperty(PropertyOf(field.Name)).GetValue(stats, null));
            Check(reported == place, field.Name + " is " + reported + ", not " + place);
            checkedNumbers++;
        }
        Check(checkedNumbers == shown.GetProperties().Length, checkedNumbers);
    }

    static bool IsReserved(string field)
    {
        return field == "struct_size" || field == "clock_offset_known" || field.StartsWith("reserved");
    }

    static string PropertyOf(string field)
    {
        string unit = new[] { "_at_unix_ms", "_ms" }.FirstOrDefault(field.EndsWith) ?? "";
        string name = field.Substring(0, field.Length - unit.Length) + (unit == "_at_unix_ms" ? "_at" : "");
        return string.Concat(name.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word.Substring(1)));
    }

    static long AsNumber(object value)
    {
        // No patterns in a switch: mcs has none.
        if (value is IReadOnlyList<long> buckets)
        {
            Check(buckets.Select((bucket, i) => bucket - i).Distinct().Count() == 1 && buckets.Count == 16);
            return buckets[0];
        }
        return value is TimeSpan time ? (long)time.TotalMilliseconds
            : value is DateTimeOffset moment ? moment.ToUnixTimeMilliseconds()
            : value is MpaLaneStats lane ? lane.Submitted
            : (long)value;
    }

    static void AnAuthorizationThatExpiresSoonIsToldAhead()
    {
        foreach (TimeSpan lead in new[] { TimeSpan.FromMinutes(1), TimeSpan.Zero })
        {
            using (MpaClient client = Open(config => config.AuthorizationLead = lead))
            {
                string reported = null;
                client.AuthorizationNeeded += (sender, e) => Volatile.Write(ref reported, e.Message);
                DateTimeOffset soon = DateTimeOffset.UtcNow.AddSeconds(60.3);
                client.SetAuthorization(new MpaAuthorization { Header = "XBL3.0 x=-;brief", ExpiresAt = soon });
                for (int i = 0; i < 2000 && Volatile.Read(ref reported) == null; i++)
                {
                    client.Poll();
                    Thread.Sleep(1);
                }
                Check(lead == TimeSpan.Zero ? reported == null : reported.Contains("expires soon"), reported);
            }
        }
    }

    static void FlushingCompletesWhatWasSubmitted()
    {
        using (MpaClient client = Open(config => config.RecentPlayersHold = TimeSpan.FromMinutes(1)))
        {
            Task<MpaResult> held = client.PostRecentPlayerGroupsAsync(Groups());
            Task<MpaResult> flushed = client.FlushAsync(TimeSpan.FromSeconds(20));
            Check(!flushed.IsCompleted || held.IsCompleted, flushed.Status);
            Until(client, () => flushed.IsCompleted);
            Check(flushed.Result.IsOk && held.IsCompleted && held.Result.IsOk, flushed.Result);
            held = client.PostRecentPlayerGroupsAsync(Groups());
            Check(client.Flush(TimeSpan.FromSeconds(20)).IsOk);
            Until(client, () => held.IsCompleted);
            flushed = client.FlushAsync(TimeSpan.Zero);
            Check(flushed.Wait(20000) && flushed.Result.IsOk, "nothing is pending");
        }
        MpaClient stalled = Open(config => config.Endpoint = silent);
        Task<MpaResult> sent = stalled.SendServerInviteAsync(AnInvite());
        Task<MpaResult> late = stalled.FlushAsync(TimeSpan.FromMilliseconds(100));
        Until(stalled, () => late.IsCompleted);
        Check(late.Result.Status == MpaStatus.TimedOut && !sent.IsCompleted, late.Result);
        Check(stalled.Flush(TimeSpan.Zero).Status == MpaStatus.TimedOut);
        stalled.Close(TimeSpan.Zero);
        Check(sent.IsCompleted && stalled.FlushAsync(TimeSpan.Zero).Result.Status == MpaStatus.InvalidHandle);
    }

    static void ClosingDoesNotBlock()
    {
        MpaClient client = Open();
        Task<MpaResult> held = client.PostRecentPlayerGroupsAsync(Groups());
        Task<MpaCloseReport> closed = client.CloseAsync(TimeSpan.FromSeconds(20));
        Until(client, () => closed.IsCompleted);
        Check(held.Result.IsOk && closed.Result.OperationsSucceeded == 1, held.Result);
        Check(client.CloseAsync(TimeSpan.FromSeconds(20)).Result.AlreadyClosed);

        // The deadline cuts.
        client = Open(config =>
        {
            config.Endpoint = silent;
            config.CloseDeadline = TimeSpan.FromMilliseconds(100);
        });
        List<Task<MpaResult>> tasks =
            Enumerable.Range(0, 10).Select(i => client.SendServerInviteAsync(AnInvite())).ToList();
        var clock = Stopwatch.StartNew();
        Task disposed = client.DisposeAsync()
#if NETCOREAPP3_0_OR_GREATER
            .AsTask()
#endif
            ;
        Check(clock.ElapsedMilliseconds < 90, clock.Elapsed);
        Until(client, () => disposed.IsCompleted);
        Check(clock.ElapsedMilliseconds < 3000 && tasks.All(task => task.IsCompleted), clock.Elapsed);
        client.Dispose();
    }

    static void AllOfAnOwnerAreClosed()
    {
        MpaClient first = Open(config => config.OwnerTag = 77), second = Open(config =>
        {
            config.OwnerTag = 77;
            config.Endpoint = silent;
        });
        using (MpaClient other = Open(config => config.OwnerTag = 78))
        {
            Task<MpaResult> done = first.PostRecentPlayerGroupsAsync(Groups());
            Task<MpaResult> cut = second.SendServerInviteAsync(AnInvite());
            Thread.Sleep(100);
            var clock = Stopwatch.StartNew();
            Check(MpaClient.CloseAll(77, TimeSpan.FromMilliseconds(500)) == MpaStatus.Ok);
            Check(clock.ElapsedMilliseconds < 2000, clock.Elapsed);
            // It is not known any more how they ended, but every task completes.
            Until(first, () => done.IsCompleted);
            Until(second, () => cut.IsCompleted);
            Check(!cut.Result.IsOk && !cut.Result.Retryable, cut.Result);
            Check(first.SendServerInvite(AnInvite()).Status == MpaStatus.InvalidHandle);
            Check(other.SendServerInvite(AnInvite()).IsOk);
            Check(MpaClient.CloseAll(77, TimeSpan.Zero) == MpaStatus.Ok);
            Check(MpaClient.CloseAll(0, TimeSpan.Zero) == MpaStatus.InvalidArgument);
        }
        first.Dispose();
    }
}
