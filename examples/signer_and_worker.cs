// One process signs in, and gives its token to the game servers that ask for it. A server that finds the
// token refused says so, and is given another.
//
//     mcs -unsafe -r:Mono.Posix signer_and_worker.cs StopSignals.cs ../bindings/csharp/*.cs
//     mono signer_and_worker.exe signer PORT SIGN_IN_ENDPOINT TOKEN_ENDPOINT CA_FILE CERTIFICATE KEY
//     mono signer_and_worker.exe worker PORT ENDPOINT TITLE_ID CA_FILE
//
// In production leave the endpoints and the CA file null, and put your own authenticated and encrypted
// channel in the place of this one: what goes through it are secrets.

using System;
using System.Globalization;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Mpa;

static class SignerAndWorker
{
    static int Main(string[] args)
    {
        switch (args.Length > 0 ? args[0] + args.Length : "")
        {
            case "signer7":
                RunSigner(args);
                return 0;
            case "worker5":
                return RunWorkerAsync(args).Result ? 0 : 1;
            default:
                Console.Error.WriteLine(
                    "usage: signer_and_worker.exe signer PORT SIGN_IN_ENDPOINT TOKEN_ENDPOINT CA_FILE CERTIFICATE KEY\n"
                    + "       signer_and_worker.exe worker PORT ENDPOINT TITLE_ID CA_FILE");
                return 2;
        }
    }

    static void RunSigner(string[] args)
    {
        var config = new MpaClientConfig
        {
            TitleId = 1, // Nothing is sent for it.
            SignInEndpoint = args[2],
            TokenEndpoint = args[3],
            CaCertificatesPath = args[4],
            CertificatePath = args[5],
            PrivateKeyPath = args[6],
            LogLevel = MpaLogLevel.Warning, // Why signing in fails.
        };
        using (MpaClient client = MpaClient.Open(config))
        using (var signals = new StopSignals())
        {
            client.Logged += (sender, e) => Console.Error.WriteLine("signer: " + e.Message);
            client.AuthorizationChanged += (sender, e) => Console.WriteLine("signer: " + e.Authorization);
            var listener = new TcpListener(IPAddress.Loopback, int.Parse(args[1]));
            listener.Start();
            while (!signals.HaveCome)
            {
                if (listener.Pending())
                {
                    Answer(client, listener.AcceptTcpClient());
                }
                Thread.Sleep(10);
            }
            listener.Stop();
        }
    }

    // A question is the header that was refused, or an empty line; an answer is a token, or nothing yet.
    static void Answer(MpaClient client, TcpClient server)
    {
        try
        {
            using (server)
            using (var stream = server.GetStream())
            {
                stream.ReadTimeout = stream.WriteTimeout = 1000;
                string refused = new StreamReader(stream).ReadLine();
                if (!string.IsNullOrEmpty(refused))
                {
                    client.InvalidateAuthorization(new MpaAuthorization { Header = refused });
                }
                if (client.TryGetAuthorization(out var authorization, out _))
                {
                    double left = authorization.ExpiresIn?.TotalMilliseconds ?? 0;
                    var writer = new StreamWriter(stream);
                    writer.WriteLine(authorization.Header);
                    writer.WriteLine(((long)left).ToString(CultureInfo.InvariantCulture));
                    writer.Write(authorization.ProofKeyPem);
                    writer.Flush();
                }
            }
        }
        catch (IOException broken)
        {
            Console.Error.WriteLine("signer: " + broken.Message);
        }
    }

    static async Task<bool> RunWorkerAsync(string[] args)
    {
        var config = new MpaClientConfig
        {
            Endpoint = args[2],
            TitleId = uint.Parse(args[3]),
            CaCertificatesPath = args[4],
            AuthorizationProvider = (request, cancellationToken) => AskAsync(int.Parse(args[1]), request),
        };
        using (MpaClient client = MpaClient.Open(config))
        {
            client.HandlerFailed += (sender, e) => Console.Error.WriteLine("worker: " + e.Exception.Message);
            MpaResult sent = await client.SendServerInviteAsync(new MpaServerInvite
            {
                Sender = 2535400000000001,
                InvitedUsers = new ulong[] { 2535400000000002 },
            });
            Console.WriteLine("worker: " + sent.Message);
            return sent.IsOk;
        }
    }

    // The client asks again, later and later, where this throws.
    static async Task<MpaAuthorization> AskAsync(int port, MpaAuthorizationRequest request)
    {
        using (var signer = new TcpClient())
        {
            await signer.ConnectAsync(IPAddress.Loopback, port);
            var writer = new StreamWriter(signer.GetStream());
            bool isRefused = request.Reason == MpaAuthorizationReason.Refused;
            await writer.WriteLineAsync(isRefused ? request.Current?.Header : "");
            await writer.FlushAsync();
            var reader = new StreamReader(signer.GetStream());
            string header = await reader.ReadLineAsync();
            if (header == null)
            {
                throw new InvalidOperationException("The signer has no token yet.");
            }
            double left = double.Parse(await reader.ReadLineAsync(), CultureInfo.InvariantCulture);
            string key = await reader.ReadToEndAsync();
            return new MpaAuthorization
            {
                Header = header,
                ExpiresIn = left > 0 ? TimeSpan.FromMilliseconds(left) : (TimeSpan?)null,
                ProofKeyPem = key == "" ? null : key,
            };
        }
    }
}
