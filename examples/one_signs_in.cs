// One process signs in, and passes its token to the servers, which need no certificate.
//
//     mcs -unsafe -r:Mono.Posix one_signs_in.cs StopSignals.cs ../bindings/csharp/*.cs
//     mkfifo reports
//     mono one_signs_in.exe token-service SIGN_IN_ENDPOINT TOKEN_ENDPOINT CA_FILE CERTIFICATE KEY < reports |
//         mono one_signs_in.exe server ENDPOINT TITLE_ID CA_FILE > reports
//
// The token service writes each new token to its standard output, where a server reads it. A server that
// finds its token refused writes it back, and the token service obtains another. Between machines, put
// your own authenticated and encrypted channel there: what goes through it are secrets. Both run until
// SIGTERM. one_signs_in.c writes and reads the same; in signer_and_worker.cs the servers ask for tokens.

using System;
using System.Globalization;
using System.Text;
using System.Threading;
using Mpa;

static class OneSignsIn
{
    static int Main(string[] args)
    {
        if (args.Length == 6 && args[0] == "token-service")
        {
            RunTokenService(args);
            return 0;
        }
        if (args.Length == 4 && args[0] == "server")
        {
            RunServer(args);
            return 0;
        }
        Console.Error.WriteLine(
            "usage: one_signs_in.exe token-service SIGN_IN_ENDPOINT TOKEN_ENDPOINT CA_FILE CERTIFICATE KEY\n"
            + "       one_signs_in.exe server ENDPOINT TITLE_ID CA_FILE");
        return 2;
    }

    static void RunTokenService(string[] args)
    {
        var config = new MpaClientConfig
        {
            TitleId = 1, // Nothing is sent for it.
            SignInEndpoint = args[1], // In production: leave both endpoints null.
            TokenEndpoint = args[2],
            CaCertificatesPath = args[3],
            CertificatePath = args[4],
            PrivateKeyPath = args[5],
            LogLevel = MpaLogLevel.Warning, // Why signing in fails.
        };
        using (var signals = new StopSignals())
        using (MpaClient client = MpaClient.Open(config))
        {
            client.Logged += (sender, e) => Console.Error.WriteLine("token service: " + e.Message);
            client.AuthorizationChanged += (sender, e) => HandOn(e.Authorization);
            InBackground(() =>
            {
                // Servers report tokens as refused: others are obtained, unless that has happened already.
                string header;
                while ((header = Console.In.ReadLine()) != null)
                {
                    client.InvalidateAuthorization(new MpaAuthorization { Header = header });
                }
            });
            while (!signals.HaveCome)
            {
                Thread.Sleep(100);
            }
        }
    }

    static void RunServer(string[] args)
    {
        var config = new MpaClientConfig
        {
            Endpoint = args[1], // In production: leave it null.
            TitleId = uint.Parse(args[2]),
            CaCertificatesPath = args[3],
        };
        using (var signals = new StopSignals())
        using (MpaClient client = MpaClient.Open(config))
        {
            MpaAuthorization inUse = null;
            client.AuthorizationNeeded += (sender, e) =>
            {
                if (e.Reason == MpaAuthorizationReason.Refused)
                {
                    Console.Out.WriteLine(Volatile.Read(ref inUse).Header);
                }
            };
            InBackground(() =>
            {
                MpaAuthorization authorization;
                while ((authorization = Receive()) != null)
                {
                    Volatile.Write(ref inUse, authorization);
                    client.SetAuthorization(authorization);
                }
            });
            while (!signals.HaveCome)
            {
                Invite(client);
                Thread.Sleep(1000);
            }
            client.Close(TimeSpan.FromSeconds(1));
        }
    }

    static async void Invite(MpaClient client)
    {
        MpaResult sent = await client.SendServerInviteAsync(new MpaServerInvite
        {
            Sender = 2535400000000001,
            InvitedUsers = new ulong[] { 2535400000000002 },
        });
        Console.Error.WriteLine("server: " + sent.Message);
    }

    // Threads that read end with the process.
    static void InBackground(ThreadStart work)
    {
        new Thread(work) { IsBackground = true }.Start();
    }

    // A token as three parts: the header, for how long it is good, the key in PEM. No time of day: the clock
    // of the other machine may be wrong.
    static void HandOn(MpaAuthorization authorization)
    {
        var expiresInMs = (long)(authorization.ExpiresIn?.TotalMilliseconds ?? 0);
        string time = expiresInMs.ToString(CultureInfo.InvariantCulture);
        Console.Out.Write(authorization.Header + "\n" + time + "\n" + authorization.ProofKeyPem);
        Console.Out.Flush();
    }

    // Null where there will be no more.
    static MpaAuthorization Receive()
    {
        string header = Console.In.ReadLine(), time = Console.In.ReadLine(), line;
        var key = new StringBuilder();
        while ((line = Console.In.ReadLine()) != null)
        {
            key.Append(line).Append('\n');
            if (line.StartsWith("-----END", StringComparison.Ordinal))
            {
                long ms = long.Parse(time, CultureInfo.InvariantCulture);
                return new MpaAuthorization
                {
                    Header = header,
                    ExpiresIn = ms == 0 ? (TimeSpan?)null : TimeSpan.FromMilliseconds(ms),
                    ProofKeyPem = key.ToString(),
                };
            }
        }
        return null;
    }
}
