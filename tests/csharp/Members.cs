// Messages of the library name properties: Members.exe. Every field of the header's input is one, under the
// name that messages give it here. Names of methods follow rules, and times become milliseconds.

using System;
using System.Linq;
using System.Reflection;
using System.Threading;
using System.Threading.Tasks;
using Mpa;
using static Support;

static class Members
{
    const BindingFlags Any =
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    static readonly Type Names = typeof(MpaClient).Assembly.GetType("Mpa.Internal.MemberNames", true);

    static void Main()
    {
        EveryFieldIsAProperty("mpa_client_config", typeof(MpaClientConfig));
        EveryFieldIsAProperty("mpa_authorization", typeof(MpaAuthorization));
        EveryFieldIsAProperty("mpa_invite", typeof(MpaInvite));
        EveryFieldIsAProperty("mpa_server_invite", typeof(MpaServerInvite));
        EveryFieldIsAProperty("mpa_recent_player_group", typeof(MpaRecentPlayerGroup));
        EveryFieldIsAProperty("mpa_recent_player", typeof(MpaRecentPlayer));
        EveryFieldIsAProperty("mpa_user_recent_players", typeof(MpaUserRecentPlayers));
        EveryFieldIsAProperty("mpa_activity", typeof(MpaActivity));
        EveryStatusIsAMember();
        NamesSayWhatMethodsWaitFor();
        NegativeAndHugeTimesAreTooLong();
        Check(Translated("invite.invited_users[3] is 0") == "invite.InvitedUsers[3] is 0");
        Check(Translated("count is 0; it must be 1 to 10000 groups.")
            == "groups.Count is 0; it must be 1 to 10000 groups.");
        Check(Translated("count is 0; it must be 1 to 10000 recent players.").StartsWith("players.Count is 0"));
        Check(Translated("count is 0; it must be 1 to 10000 users.").StartsWith("users.Count is 0"));
        Check(Translated("count is 0; it must be 1 to 10000 XUIDs.").StartsWith("xuids.Count is 0"));
        Check(Translated("users[1].recent_players[2].xuid is 0") == "users[1].RecentPlayers[2].Xuid is 0");
        Check(Translated("players[2].encounter_type is 7") == "players[2].EncounterType is 7");
        Check(Translated("activity.authorization.header is NULL") == "activity.Authorization.Header is null");
        Check(Translated("activity.platform is 9") == "activity.Platform is 9");
        Check(Translated("groups[2].player_count is 101") == "groups[2].Players.Count is 101");
        Check(Translated("config.connect_timeout_ms is 7") == "config.ConnectTimeout.TotalMilliseconds is 7");
        Check(Translated("Push one with mpa_client_set_authorization.") == "Push one with SetAuthorization.");
        Check(Translated("config.ca_mode is MPA_CA_ONLY, but config.ca_certificates_path is NULL")
            == "config.CaMode is MpaCaMode.Only, but config.CaCertificatesPath is null");
        Check(Translated("config.log_level is 9, which is no MPA_LOG_ value")
            == "config.LogLevel is 9, which is no MpaLogLevel value");
        Check(Translated("invite.authorization.header is NULL") == "invite.Authorization.Header is null");
        Check(Translated("groups[12].players[0] is 0") == "groups[12].Players[0] is 0");
        // Of others.
        string host = "Signing in found no way to sign-in.platform.header.example.";
        Check(Translated(host) == host, Translated(host));
        string theirs = "The service says: errorCode some_code at api.example.com/v1/title_endpoints, x_y.";
        Check(Translated(theirs) == theirs, Translated(theirs));
    }

    static string Translated(string message)
    {
        return (string)Names.GetMethod("Translate", Any).Invoke(null, new object[] { message });
    }

    static void EveryFieldIsAProperty(string name, Type type)
    {
        Type native = typeof(MpaClient).Assembly.GetType("Mpa.Internal.Native+" + name, true);
        string[] ours = { "struct_size", "reserved" };
        foreach (string field in native.GetFields().Select(field => field.Name).Except(ours))
        {
            string shown = Translated("config." + field).Substring("config.".Length);
            Check(type.GetProperty(shown.Split('.')[0]) != null, name + "." + field + " is no " + shown);
        }
    }

    static void NegativeAndHugeTimesAreTooLong()
    {
        // What the header calls none means something else.
        const uint Most = MpaLimits.MaxDurationMs;
        var tooLong = new[]
        {
            TimeSpan.FromTicks(-1), TimeSpan.FromMilliseconds(-1), TimeSpan.FromMilliseconds(-2),
            TimeSpan.FromDays(-49.8), TimeSpan.MinValue, TimeSpan.FromTicks(TimeSpan.TicksPerDay + 1),
            TimeSpan.FromMilliseconds(MpaLimits.None - 1), TimeSpan.FromMilliseconds(MpaLimits.None),
            TimeSpan.FromMilliseconds(MpaLimits.None + 1L), TimeSpan.MaxValue,
        };
        foreach (TimeSpan time in tooLong)
        {
            foreach (string method in new[] { "Limit", "OrNone" })
            {
                uint ms = Milliseconds(method, time);
                Check(ms > Most && ms != MpaLimits.None, method + " makes " + ms + " of " + time);
            }
        }
        Check(Milliseconds("Limit", TimeSpan.Zero) == 0);
        Check(Milliseconds("OrNone", TimeSpan.Zero) == MpaLimits.None);
        Check(Milliseconds("OrNone", null) == 0);
        Check(Milliseconds("OrNone", TimeSpan.FromTicks(1)) == 1);
        Check(Milliseconds("Limit", TimeSpan.FromDays(1)) == Most);
    }

    static uint Milliseconds(string method, object time)
    {
        Type times = typeof(MpaClient).Assembly.GetType("Mpa.Internal.Time", true);
        return (uint)times.GetMethod(method, Any).Invoke(null, new[] { time });
    }

    static void NamesSayWhatMethodsWaitFor()
    {
        MethodInfo[] methods = typeof(MpaClient).GetMethods(BindingFlags.Instance | BindingFlags.Public);
        foreach (MethodInfo method in methods)
        {
            ParameterInfo[] parameters = method.GetParameters();
            bool hasCallback = parameters.Any(parameter => parameter.Name == "completed");
            Check(hasCallback == method.Name.StartsWith("Submit"), method);
            bool waitsForRoom = method.ReturnType == typeof(Task<MpaOperation>);
            Check(waitsForRoom == method.Name.StartsWith("Enqueue"), method);
            bool returnsTask = method.ReturnType.Name.Contains("Task");
            Check(returnsTask == method.Name.EndsWith("Async"), method);
            Check(
                parameters.All(parameter =>
                    parameter.ParameterType == typeof(CancellationToken) == (parameter.Name == "cancellationToken")),
                method);
        }
    }

    static void EveryStatusIsAMember()
    {
        foreach (MpaStatus status in Enum.GetValues(typeof(MpaStatus)))
        {
            Check(Translated(MpaLibrary.NameOf(status)) == "MpaStatus." + status, status);
        }
    }
}
