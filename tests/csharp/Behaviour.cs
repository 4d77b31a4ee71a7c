// The assembly Mpa as a program uses it, against an emulator: Behaviour.exe ENDPOINT TITLE_ID. What
// arrived there is checked by the caller of this program.

using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using Mpa;
using static Support;

static class Behaviour
{
    static void Main(string[] args)
    {
        Take(args);
        TheLibraryIsDescribed();
        EverythingArrives();
        ArgumentsAreNeitherMovedNorLostWhileTheCollectorRuns();
        titleId++;
        WrongConfigurationsAreRefusedByName();
        WhatCannotBeSentIsRefusedBefore();
        ARefusalOfTheServiceIsToldInFull();
        ItMayBeginWithAnAuthorization();
        WhatWasNeverSentIsNamed();
        AClientClosesWhenDisposed();
        AClientClosesUnderTheHandsOfOthers();
        AForgottenClientIsClosed();
    }

    static void TheLibraryIsDescribed()
    {
        Check(MpaLibrary.IsCompatible, MpaLibrary.Version);
        Check(MpaLibrary.Version.StartsWith(MpaLibrary.VersionMajor + "." + MpaLibrary.VersionMinor + "."));
        Check(MpaLibrary.NameOf(MpaStatus.TimedOut) == "MPA_ERROR_TIMED_OUT");
        Check(MpaLibrary.NameOf((MpaStatus)77) == "MPA_ERROR_UNKNOWN");
        Check(MpaLibrary.Describe(MpaStatus.Uncertain).Length > 10);
    }

    static void EverythingArrives()
    {
        using (MpaClient client = Open())
        {
            MpaResult invited = client.SendInvite(new MpaInvite
            {
                InvitedUsers = new List<ulong> { ulong.MaxValue },
                ConnectionString = "grüße \U0001F600",
                Platform = MpaPlatform.PlayStation,
                Authorization = new MpaAuthorization
                {
                    Header = "XBL3.0 x=77;of-a-user", ExpiresAt = DateTimeOffset.UtcNow.AddHours(1),
                },
            });
            Check(invited.IsOk && invited.Acknowledged == 1, invited);

            client.SetAuthorization(new MpaAuthorization { Header = "XBL3.0 x=-;newer" }).ThrowIfFailed();
            MpaResult sent = client.SendServerInvite(AnInvite());
            Check(sent.IsOk && sent.Acknowledged == 2 && sent.HttpStatus == 204, sent);
            Check(sent.ThrowIfFailed() == sent);

            var zone = TimeSpan.FromHours(2);
            MpaResult posted = client.PostRecentPlayerGroups(new List<MpaRecentPlayerGroup>
            {
                new MpaRecentPlayerGroup
                {
                    Players = new ulong[] { 5, 6 },
                    EncounterType = MpaEncounterType.Opponent,
                    Timestamp = new DateTimeOffset(2020, 5, 12, 12, 11, 12, zone),
                },
                new MpaRecentPlayerGroup
                {
                    Players = new List<ulong> { 7, 8, 9 },
                    Timestamp = new DateTimeOffset(1970, 1, 1, 0, 0, 0, TimeSpan.Zero),
                },
            });
            Check(posted.IsOk && posted.Acknowledged == 2 && posted.Attempts == 1, posted);
        }
    }

    /// 50 calls of 30 groups each: group i of call c is 2 + i % 3 players from 1000 * c + i.
    static void ArgumentsAreNeitherMovedNorLostWhileTheCollectorRuns()
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
            for (int call = 1; call <= 50; call++)
            {
                var groups = Enumerable.Range(0, 30).Select(i => new MpaRecentPlayerGroup
                {
                    Players = Enumerable.Range(1000 * call + i, 2 + i % 3).Select(n => (ulong)n).ToList(),
                });
                client.PostRecentPlayerGroups(groups.ToArray()).ThrowIfFailed();
            }
        }
        Volatile.Write(ref stop, true);
        collector.Join();
    }

    static void Refused(string part, MpaResult result, [CallerLineNumber] int line = 0)
    {
        Check(result.Status == MpaStatus.InvalidArgument && result.Message.Contains(part), result, line);
    }

    static void Refused(string part, Action<MpaClientConfig> spoil, [CallerLineNumber] int line = 0)
    {
        MpaClientConfig config = Config();
        spoil(config);
        bool opened = MpaClient.TryOpen(config, out MpaClient client, out MpaResult result);
        Refused(part, result, line);
        Check(!opened && client == null, part, line);
    }

    static readonly TimeSpan[] OutOfRange =
    {
        TimeSpan.FromTicks(-1), TimeSpan.FromMilliseconds(-1), TimeSpan.FromDays(-50), TimeSpan.MinValue,
        TimeSpan.FromTicks(TimeSpan.TicksPerDay + 1), TimeSpan.FromDays(50), TimeSpan.MaxValue,
    };

    static void WrongConfigurationsAreRefusedByName()
    {
        Refused("config.TitleId", config => config.TitleId = 0);
        Refused("config.Endpoint", config => config.Endpoint = "nonsense");
        Refused("config.Endpoint", config => config.Endpoint = "");
        Refused("config.Endpoint has a NUL at position 1", config => config.Endpoint = "a\0b");
        Refused("config.UserAgent", config => config.UserAgent = "\n");
        Refused("config.UserAgent", config => config.UserAgent = "\ud800");
        Refused("config.AuthorizationHeader", config => config.AuthorizationHeader = "Bearer");
        Refused("config.AuthorizationHeader", config => config.AuthorizationHeader = "a\0");
        Refused("config.CaCertificatesPath", config => config.CaCertificatesPath = "\0");
        Refused("config.CaMode", config => config.CaMode = MpaCaMode.Only);
        Refused("config.ConnectTimeout.Total", config => config.ConnectTimeout = TimeSpan.FromSeconds(-1));
        Refused("config.RequestTimeout.TotalMilliseconds", config => config.RequestTimeout = TimeSpan.FromHours(24));
        Refused("config.CallTimeout.TotalMilliseconds is ", config => config.CallTimeout = TimeSpan.MaxValue);
        Action<MpaClientConfig, TimeSpan>[] durations =
        {
            (config, time) => config.ConnectTimeout = time, (config, time) => config.RequestTimeout = time,
            (config, time) => config.CallTimeout = time, (config, time) => config.InviteTimeToLive = time,
            (config, time) => config.RecentPlayersTimeToLive = time,
            (config, time) => config.RecentPlayersHold = time, (config, time) => config.AuthorizationLead = time,
        };
        foreach (Action<MpaClientConfig, TimeSpan> set in durations)
        {
            foreach (TimeSpan time in OutOfRange)
            {
                Refused(".TotalMilliseconds is ", config => set(config, time));
            }
        }
        Refused("config.RecentPlayersHold", config => config.RecentPlayersHold = Timeout.InfiniteTimeSpan);
        Refused("with a config.LimitPeriod.TotalMilliseconds of ", config =>
        {
            config.InviteLimit = 1;
            config.LimitPeriod = TimeSpan.FromTicks(-1);
        });
        // A fraction of a millisecond counts as a whole one.
        long most = MpaLimits.MaxTimeoutMs * TimeSpan.TicksPerMillisecond;
        Refused("config.CallTimeout.TotalMilliseconds is ", config => config.CallTimeout = new TimeSpan(most + 1));
        Check(!MpaClient.TryOpen(null, out MpaClient none, out MpaResult nothing) && none == null, none);
        Check(nothing.Message.Contains("config is null"), nothing);
        try
        {
            MpaClient.Open(new MpaClientConfig { TitleId = 0 });
            Check(false, "nothing was thrown");
        }
        catch (MpaException exception)
        {
            Check(exception.Message.StartsWith("InvalidArgument: config.TitleId is 0"), exception);
        }
    }

    static void WhatCannotBeSentIsRefusedBefore()
    {
        MpaClient client = Open();
        Refused("invite is null", client.SendInvite(null));
        Refused("invite is null", client.SendServerInvite(null));
        Refused("authorization is null", client.SetAuthorization(null));
        Refused("authorization.Header", client.SetAuthorization(new MpaAuthorization { Header = "" }));
        Refused("invite.InvitedUsers.Count is 0", client.SendInvite(new MpaInvite { InvitedUsers = new ulong[0] }));
        Refused("groups.Count is 0", client.PostRecentPlayerGroups(null));
        Refused("groups[0] is null", client.PostRecentPlayerGroups(new MpaRecentPlayerGroup[1]));
        var alone = new MpaRecentPlayerGroup { Players = new ulong[0] };
        Refused("groups[0].Players.Count", client.PostRecentPlayerGroups(new[] { alone }));

        MpaServerInvite invite = AnInvite();
        invite.ConnectionString = "a\0b";
        Refused("invite.ConnectionString has a NUL at position 1", client.SendServerInvite(invite));
        invite.ConnectionString = "ab\udc00";
        Refused("invite.ConnectionString has half a surrogate pair at position 2", client.SendServerInvite(invite));
        invite.ConnectionString = null;
        invite.InvitedUsers = new ulong[] { 1, 0 };
        Refused("invite.InvitedUsers[1]", client.SendServerInvite(invite));

        foreach (TimeSpan time in OutOfRange)
        {
            invite = AnInvite();
            invite.TimeToLive = time;
            Refused("invite.TimeToLive.TotalMilliseconds is ", client.SendServerInviteAsync(invite).Result);
            var activity = new MpaActivity { ConnectionString = "", TimeToLive = time };
            Refused("activity.TimeToLive.TotalMilliseconds is ", client.SetActivityAsync(1, activity).Result);
            var config = new MpaMatchConfig { MinimumTogether = time };
            Check(!client.TryOpenMatch(config, out MpaMatch match, out MpaResult result) && match == null, result);
            Refused("config.MinimumTogether.TotalMilliseconds is ", result);
        }

        var own = new MpaInvite { InvitedUsers = new ulong[] { 2 } };
        own.Authorization = new MpaAuthorization { Header = "" };
        Refused("invite.Authorization.Header", client.SendInvite(own));
        own.Authorization.Header = "XBL3.0 x=1;\0";
        Refused("invite.Authorization.Header", client.SendInvite(own));
        Check(client.Close(TimeSpan.Zero).Succeeded == 0);
    }

    static void ARefusalOfTheServiceIsToldInFull()
    {
        using (MpaClient client = Open())
        {
            // The client's token is a service's, and the emulator wants a user's here.
            MpaResult result = client.SendInvite(new MpaInvite { InvitedUsers = new ulong[] { 2, 3, 4 } });
            Check(!result.IsOk && result.Status == MpaStatus.Forbidden && result.Cause == MpaStatus.Ok, result);
            Check(result.HttpStatus == 400 && result.ErrorCode == "AuthorizationError", result.ErrorCode);
            Check(result.Acknowledged == 0 && result.Uncertain == 0 && result.Refused == 3, result);
            Check(!result.Retryable && result.RetryAfter == TimeSpan.Zero && result.Attempts == 1, result);
            Check(result.CorrelationId.Length > 10 && result.LimitType == "", result.CorrelationId);
            Check(result.Period == TimeSpan.Zero && result.MaxRequests == 0 && result.CurrentRequests == 0);
            Check(result.Queued <= result.Elapsed && result.ServiceCode == 0);
            try
            {
                result.ThrowIfFailed();
                Check(false, "nothing was thrown");
            }
            catch (MpaException exception)
            {
                Check(exception.Result == result && exception.Message.StartsWith("Forbidden: "), exception);
            }

            // The response has shown the service's time. Long before 1970 is as expired as can be.
            foreach (DateTimeOffset past in new[] { DateTimeOffset.UtcNow.AddSeconds(-1), DateTimeOffset.MinValue })
            {
                var expired = new MpaAuthorization { Header = "XBL3.0 x=1;token", ExpiresAt = past };
                var own = new MpaInvite { InvitedUsers = new ulong[] { 2 }, Authorization = expired };
                Check(client.SendInvite(own).Status == MpaStatus.AuthorizationNeeded);
                Check(client.SetAuthorization(expired).Status == MpaStatus.AuthorizationNeeded);
            }
            // What is left decides.
            var good = new MpaAuthorization
            {
                Header = "XBL3.0 x=-;newer", ExpiresAt = DateTimeOffset.MinValue, ExpiresIn = TimeSpan.FromHours(1),
            };
            client.SetAuthorization(good).ThrowIfFailed();
            client.SendServerInvite(AnInvite()).ThrowIfFailed();
            Check(client.TryGetAuthorization(out good, out MpaResult got), got);
            Check(good.ExpiresIn > TimeSpan.FromMinutes(59) && good.ExpiresIn <= TimeSpan.FromHours(1), good.ExpiresIn);
        }
    }

    static void ItMayBeginWithAnAuthorization()
    {
        var config = new MpaClientConfig
        {
            Endpoint = endpoint,
            TitleId = titleId,
            Authorization = new MpaAuthorization { Header = "XBL3.0 x=-;first", ExpiresIn = TimeSpan.FromHours(1) },
        };
        using (MpaClient client = Open(config))
        {
            Check(client.TryGetAuthorization(out MpaAuthorization authorization, out MpaResult got), got);
            Check(authorization.Header == "XBL3.0 x=-;first" && authorization.ExpiresAt != null, authorization);
            Check(authorization.ExpiresIn > TimeSpan.FromMinutes(59), authorization.ExpiresIn);
            Check(client.InvalidateAuthorization(authorization).Status == MpaStatus.InvalidArgument);
            Refused("authorization is null", client.InvalidateAuthorization(null));
        }
        config.Authorization.ProofKeyPem = "a\0";
        Check(!MpaClient.TryOpen(config, out MpaClient none, out MpaResult refused) && none == null);
        Refused("config.Authorization.ProofKeyPem", refused);
        config.Authorization.ProofKeyPem = null;
        config.AuthorizationHeader = config.Authorization.Header;
        Check(!MpaClient.TryOpen(config, out none, out refused) && none == null);
        Refused("config.Authorization", refused);
    }

    static void Unsent(MpaResult result, MpaResend resend, int first, int seconds, params int[] again)
    {
        MpaUnsent unsent = result.Unsent;
        Check(unsent.Resend == resend && unsent.First == first, unsent.Resend + " from " + unsent.First);
        Check(unsent.Delay == TimeSpan.FromSeconds(seconds), unsent.Delay);
        int[] found = unsent.Of(Enumerable.Range(0, result.Total).ToList());
        Check(found.SequenceEqual(again), string.Join(" ", found));
    }

    static void WhatWasNeverSentIsNamed()
    {
        var wait = TimeSpan.FromSeconds(7);
        Unsent(new MpaResult(MpaStatus.Ok, total: 3, acknowledged: 3), MpaResend.None, 3, 0);
        Unsent(
            new MpaResult(MpaStatus.Throttled, total: 6, acknowledged: 2, refused: 2, retryAfter: wait),
            MpaResend.Later, 4, 7, 2, 3, 4, 5);
        Unsent(
            new MpaResult(MpaStatus.Uncertain, total: 6, acknowledged: 2, uncertain: 2, cause: MpaStatus.TimedOut),
            MpaResend.Later, 4, 1, 4, 5);
        Unsent(new MpaResult(MpaStatus.Forbidden, total: 3, refused: 1), MpaResend.AfterFix, 1, 0, 1, 2);
        Unsent(new MpaResult(MpaStatus.AuthorizationNeeded, total: 2), MpaResend.AfterAuthorization, 0, 0, 0, 1);
        Unsent(new MpaResult(MpaStatus.Abandoned, total: 2), MpaResend.Elsewhere, 0, 0, 0, 1);
        // Of calls, with how many were passed in.
        MpaClient client = Open();
        client.Dispose();
        Unsent(client.SendServerInvite(AnInvite()), MpaResend.Elsewhere, 0, 0, 0, 1);
        Unsent(client.SendServerInviteAsync(AnInvite()).Result, MpaResend.Elsewhere, 0, 0, 0, 1);
        Unsent(client.PostRecentPlayerGroups(new MpaRecentPlayerGroup[2]), MpaResend.AfterFix, 0, 0, 0, 1);
    }

    static void AClientClosesWhenDisposed()
    {
        MpaClient client = Open();
        client.SendServerInvite(AnInvite()).ThrowIfFailed();
        client.Dispose();
        client.Dispose();
        Check(client.Close(Timeout.InfiniteTimeSpan).AlreadyClosed);
        Check(client.SendServerInvite(AnInvite()).Status == MpaStatus.InvalidHandle);
        client = Open();
        MpaCloseReport report = client.Close(TimeSpan.FromSeconds(-5));
        Check(report.Calls == 0 && !report.AlreadyClosed && client.Close(TimeSpan.Zero).AlreadyClosed);
    }

    static void AClientClosesUnderTheHandsOfOthers()
    {
        MpaClient client = Open();
        int succeeded = 0;
        var ends = new MpaStatus[3];
        var senders = Enumerable.Range(0, 3).Select(sender => new Thread(() =>
        {
            while ((ends[sender] = client.SendServerInvite(AnInvite()).Status) == MpaStatus.Ok)
            {
                Interlocked.Increment(ref succeeded);
            }
        })).ToList();
        senders.ForEach(sender => sender.Start());
        while (Volatile.Read(ref succeeded) < 10)
        {
            Thread.Yield();
        }
        MpaCloseReport report = client.Close(TimeSpan.FromSeconds(10));
        senders.ForEach(sender => sender.Join());
        Check(ends.All(end => end == MpaStatus.InvalidHandle || end == MpaStatus.Closed), string.Join(" ", ends));
        Check(report.Calls == succeeded && report.Succeeded == succeeded, report.Calls);
        Check(report.Uncertain == 0 && report.Failed == 0 && report.Unfinished == 0);
    }

    [DllImport("mpa")]
    static extern unsafe int mpa_client_close(ulong client, uint deadlineMs, void* report);

    static unsafe void AForgottenClientIsClosed()
    {
        ulong id = 0;
        // On a thread that ends, so that nothing is left on a stack.
        var forgetful = new Thread(() =>
        {
            MpaClient client = Open();
            object handle = typeof(MpaClient)
                .GetField("handle", BindingFlags.Instance | BindingFlags.NonPublic).GetValue(client);
            id = (ulong)handle.GetType().GetField("id").GetValue(handle);
        });
        forgetful.Start();
        forgetful.Join();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Check(id != 0 && mpa_client_close(id, 0, null) == (int)MpaStatus.InvalidHandle, "it was still open");
    }
}
