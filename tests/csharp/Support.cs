// What the programs that test the assembly share. Most are started with ENDPOINT TITLE_ID
// SILENT_ENDPOINT WHO_POLLS, or the first of these.

using System;
using System.Runtime.CompilerServices;
using Mpa;

static class Support
{
    public static string endpoint, silent;
    public static uint titleId;
    public static bool hostPolls;

    public static void Take(string[] args)
    {
        endpoint = args[0];
        titleId = uint.Parse(args[1]);
        silent = args.Length > 2 ? args[2] : null;
        hostPolls = args.Length > 3 && args[3] == "host";
    }

    public static void Check(bool condition, object shown = null, [CallerLineNumber] int line = 0)
    {
        if (!condition)
        {
            throw new Exception("line " + line + ": " + shown);
        }
    }

    public static MpaClientConfig Config()
    {
        return new MpaClientConfig
        {
            TitleId = titleId,
            Endpoint = endpoint,
            AuthorizationHeader = "XBL3.0 x=-;first",
            HostPolls = hostPolls,
        };
    }

    public static MpaClient Open(Action<MpaClientConfig> change = null)
    {
        MpaClientConfig config = Config();
        change?.Invoke(config);
        return Open(config);
    }

    public static MpaClient Open(MpaClientConfig config)
    {
        return MpaClient.Open(config);
    }

    public static MpaServerInvite AnInvite()
    {
        return new MpaServerInvite { Sender = 1, InvitedUsers = new ulong[] { 2, 3 } };
    }

    public static MpaRecentPlayerGroup[] Groups()
    {
        return new[] { new MpaRecentPlayerGroup { Players = new ulong[] { 5, 6 } } };
    }
}
