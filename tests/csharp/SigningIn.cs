// Signing in with the assembly Mpa, against an emulator: SigningIn.exe ENDPOINT TITLE_ID SIGN_IN_ENDPOINT
// TOKEN_ENDPOINT CA_FILE CERTIFICATE KEY.

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Mpa;
using static Support;

static class SigningIn
{
    static string[] arguments;

    static void Main(string[] args)
    {
        arguments = args;
        WrongConfigurationsAreRefusedByName();
        ACertificateMayComeFromMemory();
        OneSignsInForAnother();
        ASignerTellsAndAProviderReplacesWhatWasRefused();
        WhatIsNoKeyIsRefused();
        WhereThereIsNoneNothingIsCopied();
        NoSecretIsShown();
    }

    static MpaClientConfig OfAServer()
    {
        return new MpaClientConfig
        {
            Endpoint = arguments[0], TitleId = uint.Parse(arguments[1]), CaCertificatesPath = arguments[4],
        };
    }

    static MpaClientConfig ThatSignsIn()
    {
        MpaClientConfig config = OfAServer();
        config.SignInEndpoint = arguments[2];
        config.TokenEndpoint = arguments[3];
        config.CertificatePath = arguments[5];
        config.PrivateKeyPath = arguments[6];
        return config;
    }

    static void Refused(string begin, MpaResult result, [CallerLineNumber] int line = 0)
    {
        Check(result.Status == MpaStatus.InvalidArgument && result.Message.StartsWith(begin), result, line);
    }

    static void Spoiled(string field, Action<MpaClientConfig> spoil)
    {
        MpaClientConfig config = ThatSignsIn();
        spoil(config);
        Check(!MpaClient.TryOpen(config, out MpaClient client, out MpaResult result) && client == null, field);
        Refused(field + " has a NUL at position 1", result);
    }

    static void WrongConfigurationsAreRefusedByName()
    {
        Spoiled("config.CertificatePath", config => config.CertificatePath = "a\0b");
        Spoiled("config.PrivateKeyPath", config => config.PrivateKeyPath = "a\0b");
        Spoiled("config.CertificatePassword", config => config.CertificatePassword = "a\0b");
        Spoiled("config.CertificatePem", config => config.CertificatePem = "a\0b");
        Spoiled("config.PrivateKeyPem", config => config.PrivateKeyPem = "a\0b");
        Spoiled("config.SandboxId", config => config.SandboxId = "a\0b");
        Spoiled("config.RelyingParty", config => config.RelyingParty = "a\0b");
        Spoiled("config.SignInEndpoint", config => config.SignInEndpoint = "a\0b");
        Spoiled("config.TokenEndpoint", config => config.TokenEndpoint = "a\0b");
    }

    static void ACertificateMayComeFromMemory()
    {
        MpaClientConfig config = ThatSignsIn();
        config.CertificatePem = File.ReadAllText(config.CertificatePath);
        config.PrivateKeyPem = File.ReadAllText(config.PrivateKeyPath);
        config.CertificatePath = config.PrivateKeyPath = null;
        config.SandboxId = "RETAIL";
        config.RelyingParty = "http://xboxlive.com";
        using (MpaClient client = Open(config))
        {
            client.SendServerInvite(AnInvite()).ThrowIfFailed();
        }
        config.SandboxId = "retail";
        using (MpaClient client = Open(config))
        {
            MpaResult denied = client.SendServerInvite(AnInvite());
            Check(denied.Status == MpaStatus.SignInFailed && denied.ServiceCode == 0x8015DC12, denied);
        }
    }

    static MpaAuthorization SignedIn(MpaClient client)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            if (client.TryGetAuthorization(out MpaAuthorization authorization, out MpaResult result))
            {
                return authorization;
            }
            Check(authorization == null && result.Status == MpaStatus.SignInPending, result);
            Check(clock.Elapsed < TimeSpan.FromSeconds(10), result);
            Thread.Sleep(20);
        }
    }

    static void OneSignsInForAnother()
    {
        MpaAuthorization authorization;
        using (MpaClient client = Open(ThatSignsIn()))
        {
            authorization = SignedIn(client);
        }
        Check(authorization.Header.StartsWith("XBL3.0 x=-;"));
        Check(authorization.ProofKeyPem.StartsWith("-----BEGIN PRIVATE KEY-----"));
        Check(authorization.ExpiresAt > DateTimeOffset.UtcNow, authorization.ExpiresAt);
        Check(authorization.ExpiresIn > TimeSpan.FromHours(1), authorization.ExpiresIn);

        using (MpaClient server = Open(OfAServer()))
        {
            server.SetAuthorization(authorization).ThrowIfFailed();
            server.SendServerInvite(AnInvite()).ThrowIfFailed();

            // It is bound to the key: without it, it is worth nothing.
            server.SetAuthorization(new MpaAuthorization { Header = authorization.Header }).ThrowIfFailed();
            MpaResult refused = server.SendServerInvite(AnInvite());
            Check(refused.Status == MpaStatus.Unauthorized, refused);
        }
    }

    static void ASignerTellsAndAProviderReplacesWhatWasRefused()
    {
        var renewed = new TaskCompletionSource<MpaAuthorization>();
        using (MpaClient signer = Open(ThatSignsIn()))
        {
            signer.AuthorizationChanged += (sender, e) => renewed.TrySetResult(e.Authorization);
            Check(renewed.Task.Wait(20000), "no event came");
            var requests = new List<MpaAuthorizationRequest>();
            MpaClientConfig config = OfAServer();
            config.AuthorizationProvider = (request, cancellationToken) =>
            {
                requests.Add(request);
                // The service refuses the first.
                var first = new MpaAuthorization { Header = "XBL3.0 x=-;made-up" };
                return Task.FromResult(requests.Count > 1 ? renewed.Task.Result : first);
            };
            using (MpaClient server = Open(config))
            {
                MpaResult sent;
                var ends = new List<MpaStatus>();
                while (!(sent = server.SendServerInvite(AnInvite())).IsOk && ends.Count < 1000)
                {
                    ends.Add(sent.Status);
                    Thread.Sleep(10);
                }
                Check(sent.IsOk && ends.Count(end => end == MpaStatus.Unauthorized) == 1, string.Join(" ", ends));
                Check(requests.Count == 2 && requests[0].Reason == MpaAuthorizationReason.Missing);
                Check(requests[1].Reason == MpaAuthorizationReason.Refused, requests[1].Reason);
                Check(requests[1].Current.Header == "XBL3.0 x=-;made-up", "it was given another");
            }
        }
    }

    static void WhatIsNoKeyIsRefused()
    {
        using (MpaClient server = Open(OfAServer()))
        {
            var authorization = new MpaAuthorization { Header = "XBL3.0 x=1;token", ProofKeyPem = "nonsense" };
            Refused("authorization.ProofKeyPem", server.SetAuthorization(authorization));
            authorization.ProofKeyPem = "a\0b";
            Refused("authorization.ProofKeyPem has a NUL", server.SetAuthorization(authorization));
            var own = new MpaInvite { InvitedUsers = new ulong[] { 2 }, Authorization = authorization };
            Refused("invite.Authorization.ProofKeyPem has a NUL", server.SendInvite(own));
        }
    }

    static void WhereThereIsNoneNothingIsCopied()
    {
        MpaClient server = Open(OfAServer());
        Check(!server.TryGetAuthorization(out MpaAuthorization authorization, out MpaResult none));
        Check(none.Status == MpaStatus.AuthorizationNeeded && authorization == null, none);
        server.SetAuthorization(new MpaAuthorization { Header = "XBL3.0 x=-;bound-to-none" }).ThrowIfFailed();
        Check(server.TryGetAuthorization(out authorization, out MpaResult got), got);
        Check(authorization.Header == "XBL3.0 x=-;bound-to-none", authorization.Header);
        Check(authorization.ProofKeyPem == null && authorization.ExpiresAt == null);
        server.Dispose();
        Check(!server.TryGetAuthorization(out authorization, out MpaResult closed));
        Check(closed.Status == MpaStatus.InvalidHandle && authorization == null, closed);
    }

    static void NoSecretIsShown()
    {
        var authorization = new MpaAuthorization
        {
            Header = "XBL3.0 x=-;of-no-one",
            ProofKeyPem = "of-no-one",
            ExpiresAt = new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero),
        };
        string shown = authorization.ToString();
        Check(shown.Contains("2030-01-02 03:04:05Z") && !shown.Contains("business"), shown);
        MpaClientConfig config = ThatSignsIn();
        config.AuthorizationHeader = config.CertificatePassword = config.PrivateKeyPem = "of-no-one";
        Check(!config.ToString().Contains("business"), config);
    }
}
