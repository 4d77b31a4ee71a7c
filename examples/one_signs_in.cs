// One process signs in, and hands its token to the servers, which need no certificate.
//
// With libmpa.so beside it:
//
//     mcs -unsafe one_signs_in.cs ../bindings/csharp/*.cs
//     mkfifo reports
//     mono one_signs_in.exe token-service SIGN_IN_ENDPOINT TOKEN_ENDPOINT CA_FILE CERTIFICATE KEY < reports |
//         mono one_signs_in.exe server ENDPOINT TITLE_ID CA_FILE > reports
//
// The token service writes each new token to its standard output, where a server reads it. A server that
// finds its token refused writes it back, and the token service obtains another. Between machines, put
// your own authenticated and encrypted channel there: what goes through it are secrets. Both run until
// they are ended. one_signs_in.c writes and reads the same.

using System;
using System.Globalization;
using System.IO;
using System.Text;
using System.Threading;
using Mpa;

static class OneSignsIn
{
    static readonly ManualResetEvent Stopping = new ManualResetEvent(false);
    static readonly ManualResetEvent Ended = new ManualResetEvent(false);

    static int Main(string[] args)
    {
        Console.CancelKeyPress += (sender, pressed) =>
        {
            pressed.Cancel = true;
            Stopping.Set();
        };
        // SIGTERM, under .NET: the client is closed first. Under mono the process just ends.
        AppDomain.CurrentDomain.ProcessExit += (sender, exiting) =>
        {
            Stopping.Set();
            Ended.WaitOne(TimeSpan.FromSeconds(2));
        };
        try
        {
            return Run(args);
        }
        finally
        {
            Ended.Set();
        }
    }

    static int Run(string[] args)
    {
        if (args.Length == 6 && args[0] == "token-service")
        {
            return RunTokenService(args);
        }
        if (args.Length == 4 && args[0] == "server")
        {
            return RunServer(args);
        }
        Console.Error.WriteLine(
            "usage: one_signs_in.exe token-service SIGN_IN_ENDPOINT TOKEN_ENDPOINT CA_FILE CERTIFICATE KEY\n"
            + "       one_signs_in.exe server ENDPOINT TITLE_ID CA_FILE");
        return 2;
    }

    // Asks for the token every second, and hands on what has changed.
    static int RunTokenService(string[] args)
    {
        var config = new MpaClientConfig
        {
            TitleId = 1, // Nothing is sent for it.
            SignInEndpoint = args[1], // In production: leave both endpoints null.
            TokenEndpoint = args[2],
            CaCertificatesPath = args[3],
            CertificatePath = args[4],
            PrivateKeyPath = args[5],
        };
        using (MpaClient client = Open(config))
        {
            if (client == null)
            {
                return 1;
            }
            InBackground(() => TakeReports(client));
            string last = null;
            bool signedIn;
            do
            {
                signedIn = client.TryGetAuthorization(
                    out MpaAuthorization authorization, out MpaResult result);
                if (signedIn && authorization.Header != last)
                {
                    last = authorization.Header;
                    HandOn(authorization);
                }
                else if (!signedIn && result.Status != MpaStatus.SignInPending)
                {
                    Console.Error.WriteLine("token service: " + result.Message);
                }
            }
            while (!Stopping.WaitOne(signedIn ? 1000 : 100));
        }
        return 0;
    }

    // A server reports a token as refused: another is obtained, unless that has happened already.
    static void TakeReports(MpaClient client)
    {
        string header;
        while ((header = Console.In.ReadLine()) != null)
        {
            MpaResult result = client.InvalidateAuthorization(new MpaAuthorization { Header = header });
            Console.Error.WriteLine("token service: " + result.Message);
        }
    }

    // Invites somebody every second. With the asynchronous calls, AuthorizationNeeded says that the token was
    // refused.
    static int RunServer(string[] args)
    {
        var config = new MpaClientConfig
        {
            Endpoint = args[1], // In production: leave it null.
            TitleId = uint.Parse(args[2]),
            CaCertificatesPath = args[3],
        };
        using (MpaClient client = Open(config))
        {
            if (client == null)
            {
                return 1;
            }
            MpaAuthorization inUse = null;
            InBackground(() =>
            {
                // Takes each token into use as it comes.
                while (Receive(out MpaAuthorization authorization))
                {
                    Console.Error.WriteLine("server: " + client.SetAuthorization(authorization).Message);
                    Volatile.Write(ref inUse, authorization);
                }
            });
            bool acknowledged = false;
            do
            {
                MpaAuthorization sentWith = Volatile.Read(ref inUse);
                MpaResult sent = client.SendServerInvite(new MpaServerInvite
                {
                    Sender = 2535400000000001,
                    InvitedUsers = new ulong[] { 2535400000000002 },
                });
                acknowledged |= sent.IsOk;
                Console.Error.WriteLine("server: " + sent.Message);
                bool wasRefused = sent.Status == MpaStatus.Unauthorized || sent.Status == MpaStatus.AuthorizationNeeded;
                if (wasRefused && sentWith != null && sentWith == Volatile.Read(ref inUse))
                {
                    Console.Out.WriteLine(sentWith.Header);
                    Console.Out.Flush();
                }
            }
            while (!Stopping.WaitOne(1000));
            return acknowledged ? 0 : 1;
        }
    }

    // Threads that read end with the process.
    static void InBackground(ThreadStart work)
    {
        new Thread(work) { IsBackground = true }.Start();
    }

    static MpaClient Open(MpaClientConfig config)
    {
        if (!MpaClient.TryOpen(config, out MpaClient client, out MpaResult opened))
        {
            Console.Error.WriteLine(opened.Message);
        }
        return client;
    }

    // A token as three parts: the header, for how long it is good, the key in PEM. No time of day: the clock
    // of the other machine may be wrong.
    static void HandOn(MpaAuthorization authorization)
    {
        long expiresInMs = (long)(authorization.ExpiresIn?.TotalMilliseconds ?? 0);
        string time = expiresInMs.ToString(CultureInfo.InvariantCulture);
        Console.Out.Write(authorization.Header + "\n" + time + "\n" + authorization.ProofKeyPem);
        Console.Out.Flush();
    }

    // False where there will be no more.
    static bool Receive(out MpaAuthorization authorization)
    {
        authorization = null;
        TextReader from = Console.In;
        string header = from.ReadLine();
        if (!long.TryParse(from.ReadLine(), NumberStyles.None, CultureInfo.InvariantCulture, out long expiresInMs))
        {
            return false;
        }
        var key = new StringBuilder();
        string line;
        do
        {
            line = from.ReadLine();
            if (line == null)
            {
                return false;
            }
            key.Append(line).Append('\n');
        }
        while (!line.StartsWith("-----END", StringComparison.Ordinal));
        authorization = new MpaAuthorization
        {
            Header = header,
            ExpiresIn = expiresInMs == 0 ? (TimeSpan?)null : TimeSpan.FromMilliseconds(expiresInMs),
            ProofKeyPem = key.ToString(),
        };
        return true;
    }
}
