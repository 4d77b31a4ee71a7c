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

    public static ClientConfig Config()
    {
        return new ClientConfig
        {
            TitleId = titleId,
            Endpoint = endpoint,
            AuthorizationHeader = "XBL3.0 x=-;first",
            HostPolls = hostPolls,
        };
    }

    public static Client Open(Action<ClientConfig> change = null)
    {
        ClientConfig config = Config();
        change?.Invoke(config);
        return Open(config);
    }

    public static Client Open(ClientConfig config)
    {
        Client.Open(config, out Client client).ThrowIfFailed();
        return client;
    }

    public static ServerInvite AnInvite()
    {
        return new ServerInvite { Sender = 1, InvitedUsers = new ulong[] { 2, 3 } };
    }

    public static RecentPlayerGroup[] Groups()
    {
        return new[] { new RecentPlayerGroup { Players = new ulong[] { 5, 6 } } };
    }
}
