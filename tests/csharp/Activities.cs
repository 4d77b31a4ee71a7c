// Activities and recent players, against a service that answers in the order of these calls:
// Activities.exe ENDPOINT TITLE_ID SILENT_ENDPOINT WHO_POLLS. What arrived is checked by the caller of this program;
// the second endpoint never answers.

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Mpa;
using static Support;

static class Activities
{
    const string Greeting = "grüße \U0001F600";

    static void Main(string[] args)
    {
        Take(args);
        EveryCallArrives();
        EveryTaskCompletes();
        WhatWasAnsweredForIsKept();
        WhatCannotBeSentIsRefusedByName();
        ALimitIsForReadsOrWrites();
        QueriesAreCancelledAndEndWithTheirClient();
    }

    static MpaAuthorization OfAUser()
    {
        return new MpaAuthorization { Header = "XBL3.0 x=77;of-a-user" };
    }

    static MpaActivity AnActivity()
    {
        return new MpaActivity
        {
            ConnectionString = Greeting,
            JoinRestriction = MpaJoinRestriction.InviteOnly,
            GroupId = "squad",
            MaxPlayers = 8,
            CurrentPlayers = 3,
            Platform = MpaPlatform.PlayStation,
            SequenceNumber = 9,
            Authorization = OfAUser(),
        };
    }

    static MpaRecentPlayer Met(ulong xuid, MpaEncounterType type = MpaEncounterType.Default)
    {
        var when = new DateTimeOffset(2020, 5, 12, 12, 11, 12, TimeSpan.FromHours(2));
        return new MpaRecentPlayer { Xuid = xuid, EncounterType = type, Timestamp = when };
    }

    static List<MpaRecentPlayer> Players()
    {
        return new List<MpaRecentPlayer> { Met(6, MpaEncounterType.Teammate), Met(7) };
    }

    static MpaUserRecentPlayers[] Users()
    {
        return new[]
        {
            new MpaUserRecentPlayers { Xuid = 5, RecentPlayers = new[] { Met(6, MpaEncounterType.Opponent) } },
            new MpaUserRecentPlayers { Xuid = 6, RecentPlayers = new List<MpaRecentPlayer> { Met(5), Met(7) } },
        };
    }

    static List<ulong> ManyUsers()
    {
        return Enumerable.Range(1, 31).Select(xuid => (ulong)xuid).ToList();
    }

    static MpaClientConfig WithoutHolding()
    {
        MpaClientConfig config = Config();
        config.RecentPlayersHold = TimeSpan.Zero;
        return config;
    }

    static void Ok(int acknowledged, MpaResult result, [CallerLineNumber] int line = 0)
    {
        Check(result.IsOk && result.Acknowledged == acknowledged && result.Total == acknowledged, result, line);
        Check(result.Attempts == 1, result, line);
    }

    static void Found(MpaActivities found, [CallerLineNumber] int line = 0)
    {
        Ok(2, found.Result, line);
        Check(found.Records.Count == 2, found.Records.Count, line);
        MpaActivityRecord first = found.Records[0], second = found.Records[1];
        Check(first.Xuid == 5 && first.TitleId == 1234567890 && first.SequenceNumber == ulong.MaxValue);
        Check(first.JoinRestriction == MpaJoinRestriction.Followed && first.Platform == MpaPlatform.PlayStation);
        Check(first.MaxPlayers == 8 && first.CurrentPlayers == 3);
        Check(first.ConnectionString == Greeting && first.GroupId == "squad", first.ConnectionString);
        Check(second.Xuid == 5 && second.TitleId == 0 && second.GroupId == "");
        Check(second.JoinRestriction == MpaJoinRestriction.Unknown && second.Platform == MpaPlatform.Unknown);
        Check(second.ConnectionString == new string('c', 512), second.ConnectionString);
    }

    static void EveryCallArrives()
    {
        using (MpaClient client = Open(WithoutHolding()))
        {
            Ok(1, client.SetActivity(5, AnActivity()));
            Ok(1, client.DeleteActivity(5, 10, OfAUser()));
            Found(client.QueryActivities(new ulong[] { 5, 6 }));
            MpaActivities none = client.GetActivities(5, OfAUser());
            Ok(1, none.Result);
            Check(none.Records.Count == 0);
            Ok(2, client.PostRecentPlayers(Players(), OfAUser()));
            Ok(2, client.PostServerRecentPlayers(Users()));
            Check(client.TryGetStats(out MpaStats stats, out _));
            Check(stats.Activities.Calls == 2 && stats.ActivityQueries.Calls == 2, stats.Activities.Calls);
            Check(stats.RecentPlayers.Calls == 2 && stats.Invites.Calls == 0);
        }
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

    static void EveryTaskCompletes()
    {
        using (MpaClient client = Open(WithoutHolding()))
        {
            Ok(1, Wait(client, client.SetActivityAsync(5, AnActivity())));
            MpaOperation deleting = Wait(client, client.EnqueueDeleteActivityAsync(5, 10, OfAUser()));
            Ok(1, Wait(client, deleting.Completion));
            Found(Wait(client, client.QueryActivitiesAsync(new List<ulong> { 5, 6 })));
            MpaActivities none = Wait(client, client.GetActivitiesAsync(5, OfAUser()));
            Ok(1, none.Result);
            Check(none.Records.Count == 0);
            Ok(2, Wait(client, client.PostRecentPlayersAsync(Players(), OfAUser())));
            Ok(2, Wait(client, client.PostServerRecentPlayersAsync(Users())));
        }
    }

    static void WhatWasAnsweredForIsKept()
    {
        using (MpaClient client = Open(WithoutHolding()))
        {
            Action<MpaActivities> isRefused = found =>
            {
                Check(found.Result.Status == MpaStatus.Rejected, found.Result);
                Check(found.Result.Acknowledged == 30 && found.Result.Refused == 1 && found.Result.Total == 31);
                Check(found.Records.Count == 250 && found.Records[249].SequenceNumber == 250, found.Records.Count);
            };
            isRefused(client.QueryActivities(ManyUsers()));
            isRefused(Wait(client, client.QueryActivitiesAsync(ManyUsers())));

            // More than a call has room for is never taken for all.
            MpaActivities more = client.GetActivities(1);
            Check(more.Result.Status == MpaStatus.UnexpectedAnswer && more.Records.Count == 256, more.Result);
            Check(more.Result.Message.Contains("lists 300 activities of 1 users"), more.Result);
            int listed = 0;
            client.SubmitGetActivities(1, null, found => listed = found.Records.Count);
            var clock = Stopwatch.StartNew();
            while (Volatile.Read(ref listed) == 0)
            {
                client.Poll();
                Check(clock.ElapsedMilliseconds < 20000, "it never completed");
                Thread.Sleep(1);
            }
            Check(listed == 300, listed);
        }
    }

    static void Refused(string part, MpaResult result, [CallerLineNumber] int line = 0)
    {
        Check(result.Status == MpaStatus.InvalidArgument && result.Message.Contains(part), result, line);
    }

    static void Spoilt(string part, MpaClient client, Action<MpaActivity> spoil, [CallerLineNumber] int line = 0)
    {
        MpaActivity activity = AnActivity();
        spoil(activity);
        Refused(part, client.SetActivity(5, activity), line);
        Refused(part, client.SetActivityAsync(5, activity).Result, line);
    }

    static void WhatCannotBeSentIsRefusedByName()
    {
        using (MpaClient client = Open(config => config.Endpoint = silent))
        {
            Spoilt("activity.GroupId has a NUL", client, activity => activity.GroupId = "a\0b");
            Spoilt("activity.ConnectionString has half", client, activity => activity.ConnectionString = "\uD800");
            Spoilt("activity.ConnectionString is null", client, activity => activity.ConnectionString = null);
            Spoilt("activity.MaxPlayers is 101", client, activity => activity.MaxPlayers = 101);
            Spoilt("activity.CurrentPlayers is 101", client, activity => activity.CurrentPlayers = 101);
            Spoilt("activity.JoinRestriction is 7, which is no MpaJoinRestriction value", client,
                activity => activity.JoinRestriction = (MpaJoinRestriction)7);
            Spoilt("activity.Platform is -1", client, activity => activity.Platform = MpaPlatform.Unknown);
            Spoilt("activity.Authorization.Header is null", client, activity => activity.Authorization.Header = null);
            Refused("activity is null", client.SetActivity(5, null));
            Refused("xuid is 0", client.SetActivity(0, AnActivity()));
            Refused("xuid is 0", client.DeleteActivity(0));
            Refused("xuid is 0", client.GetActivities(0).Result);
            Refused("xuids[1] is 0", client.QueryActivities(new ulong[] { 5, 0 }).Result);
            Refused("xuids.Count is 0", client.QueryActivities(null).Result);
            Refused("players.Count is 0", client.PostRecentPlayers(null));
            Refused("players[0] is null", client.PostRecentPlayers(new MpaRecentPlayer[1]));
            Refused("players[1].Xuid is 0", client.PostRecentPlayers(new[] { Met(6), Met(0) }));
            Refused("users.Count is 0", client.PostServerRecentPlayers(null));
            Refused("users[1] is null", client.PostServerRecentPlayers(new[] { Users()[0], null }));
            MpaUserRecentPlayers[] users = Users();
            users[1].RecentPlayers = null;
            Refused("users[1].RecentPlayers.Count is 0", client.PostServerRecentPlayers(users));
            users[1].RecentPlayers = new[] { Met(5), null };
            Refused("users[1].RecentPlayers[1] is null", client.PostServerRecentPlayers(users));
            users[1].RecentPlayers = new[] { Met(5), Met(0) };
            Refused("users[1].RecentPlayers[1].Xuid is 0", client.PostServerRecentPlayersAsync(users).Result);

            var odd = new MpaAuthorization { Header = "a\0b" };
            Refused("authorization.Header has a NUL", client.DeleteActivity(5, 0, odd));
            Refused("authorization.Header has a NUL", client.PostRecentPlayers(Players(), odd));
            Refused("authorization.Header has a NUL", client.GetActivities(5, odd).Result);
            MpaActivities found = client.QueryActivitiesAsync(new ulong[] { 5 }, odd).Result;
            Refused("authorization.Header has a NUL", found.Result);
            Check(found.Records.Count == 0);
        }
    }

    static void ALimitIsForReadsOrWrites()
    {
        foreach (bool writes in new[] { true, false })
        {
            MpaClientConfig config = Config();
            config.ActivityWriteLimit = writes ? 10u : 0;
            config.ActivityReadLimit = writes ? 0 : 10u;
            Check(!MpaClient.TryOpen(config, out MpaClient client, out MpaResult result));
            Check(result.Message.Contains("config.LimitPeriod"), result);
            config.LimitPeriod = TimeSpan.FromSeconds(15);
            Check(MpaClient.TryOpen(config, out client, out result), result);
            client.Dispose();
        }
    }

    static void QueriesAreCancelledAndEndWithTheirClient()
    {
        MpaClient client = Open(config => config.Endpoint = silent);
        var none = new CancellationToken(true);
        Check(client.GetActivitiesAsync(5, null, none).Result.Result.Status == MpaStatus.Cancelled);
        Task<MpaActivities> first = client.GetActivitiesAsync(5);
        using (var cancellation = new CancellationTokenSource())
        {
            // Behind the first, which waits for its answer.
            Task<MpaActivities> second = client.QueryActivitiesAsync(new ulong[] { 5 }, null, cancellation.Token);
            cancellation.Cancel();
            Check(Wait(client, second).Result.Status == MpaStatus.Cancelled, second.Result.Result);
        }
        Task<MpaResult> set = client.SetActivityAsync(5, AnActivity());
        client.Close(TimeSpan.Zero);
        Check(first.IsCompleted && first.Result.Result.Status == MpaStatus.Abandoned, first.Status);
        Check(first.Result.Records.Count == 0 && set.Result.Status == MpaStatus.Abandoned, set.Result);
        Check(client.GetActivities(5).Result.Status == MpaStatus.InvalidHandle);
    }
}
