// One process signs in, and hands its token to the servers, which need no certificate.
//
// With libmpa.so beside it:
//
//     mcs -unsafe one_signs_in.cs ../bindings/csharp/*.cs
//     mono one_signs_in.exe token-service SIGN_IN_ENDPOINT TOKEN_ENDPOINT CA_FILE CERTIFICATE KEY
//     mono one_signs_in.exe server ENDPOINT TITLE_ID CA_FILE
//
// The token service writes each new token to its standard output; a server reads them from its standard
// input. Between machines, put your own authenticated and encrypted channel there: what goes through it
// are secrets. one_signs_in.c writes and reads the same.

using System;
using System.Globalization;
using System.IO;
using System.Text;
using System.Threading;
using Mpa;

static class OneSignsIn
{
    static int Main(string[] args)
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
        using (var stopping = new ManualResetEvent(false))
        {
            if (client == null)
            {
                return 1;
            }
            Console.CancelKeyPress += (sender, pressed) =>
            {
                pressed.Cancel = true;
                stopping.Set();
            };
            string last = null;
            bool signedIn;
            do
            {
                MpaResult result = client.GetAuthorization(out MpaAuthorization authorization);
                signedIn = result.IsOk;
                if (signedIn && authorization.Header != last)
                {
                    last = authorization.Header;
                    HandOn(authorization);
                }
                else if (result.Status == MpaStatus.SignInFailed)
                {
                    Console.Error.WriteLine("token service: " + result.Message);
                }
            }
            while (!stopping.WaitOne(signedIn ? 1000 : 100));
        }
        return 0;
    }

    // Takes each token into use as it comes; a game server would do so on a thread of its own.
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
            bool acknowledged = false;
            while (!acknowledged && Receive(out MpaAuthorization authorization))
            {
                MpaResult taken = client.SetAuthorization(authorization);
                if (!taken.IsOk)
                {
                    Console.Error.WriteLine("server: " + taken.Message);
                    continue;
                }
                MpaResult sent = client.SendServerInvite(new MpaServerInvite
                {
                    Sender = 2535400000000001,
                    InvitedUsers = new ulong[] { 2535400000000002 },
                });
                acknowledged = sent.IsOk;
                Console.WriteLine("server: " + sent.Message);
            }
            return acknowledged ? 0 : 1;
        }
    }

    static MpaClient Open(MpaClientConfig config)
    {
        MpaResult opened = MpaClient.Open(config, out MpaClient client);
        if (!opened.IsOk)
        {
            Console.Error.WriteLine(opened.Message);
        }
        return client;
    }

    // A token as three parts: the header, when it expires, the key in PEM.
    static void HandOn(MpaAuthorization authorization)
    {
        long expiresAt = authorization.ExpiresAt?.ToUnixTimeMilliseconds() ?? 0;
        string time = expiresAt.ToString(CultureInfo.InvariantCulture);
        Console.Out.Write(authorization.Header + "\n" + time + "\n" + authorization.ProofKeyPem);
        Console.Out.Flush();
    }

    // False where there will be no more.
    static bool Receive(out MpaAuthorization authorization)
    {
        authorization = null;
        TextReader from = Console.In;
        string header = from.ReadLine();
        if (!long.TryParse(from.ReadLine(), NumberStyles.None, CultureInfo.InvariantCulture, out long expiresAt))
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
            ExpiresAt = expiresAt == 0 ? (DateTimeOffset?)null : DateTimeOffset.FromUnixTimeMilliseconds(expiresAt),
            ProofKeyPem = key.ToString(),
        };
        return true;
    }
}
