// A program with nullable reference types, which must compile without a warning. It is not run. Debian's compiler is too old
// for it: packaging/check compiles it against the package.

#nullable enable

using System;
using System.Threading;
using System.Threading.Tasks;
using Mpa;

static class NullableProgram
{
    static async Task<int> Main()
    {
        var config = new MpaClientConfig
        {
            TitleId = 7,
            Endpoint = null,
            AuthorizationProvider = async (request, cancellationToken) =>
            {
                await Task.Delay(request.Current?.Header.Length ?? 0, cancellationToken);
                return new MpaAuthorization { Header = "XBL3.0 x=-;token", ProofKeyPem = null };
            },
        };
        if (!MpaClient.TryOpen(config, out var client, out MpaResult opened))
        {
            Console.Error.WriteLine(opened.Message);
            return 1;
        }
        client.Logged += (sender, e) => Console.WriteLine(e.Message.Length);
        client.AuthorizationChanged += (sender, e) => Console.WriteLine(e.Authorization.Header);
        client.AuthorizationNeeded += OnAuthorizationNeeded;
        if (client.TryGetAuthorization(out MpaAuthorization? authorization, out _))
        {
            Console.WriteLine(authorization.Header.Length + (authorization.ProofKeyPem?.Length ?? 0));
        }
        if (client.TryGetStats(out var stats, out _) && stats.TryGetPrometheusText(null, out var page, out _))
        {
            Console.WriteLine(page.Length);
        }
        var invite = new MpaServerInvite { Sender = 1, InvitedUsers = new ulong[] { 2 }, ConnectionString = null };
        MpaResult result = await client.SendServerInviteAsync(invite, CancellationToken.None);
        MpaOperation operation = await client.EnqueueServerInviteAsync(invite);
        Console.WriteLine((await operation.Completion).Message + result.Message);
        client.SubmitServerInvite(invite, completed => Console.WriteLine(completed.Message));
        MpaCloseReport report = await client.CloseAsync(TimeSpan.FromSeconds(1));
        await using var other = MpaClient.Open(config);
        return (int)report.Calls;
    }

    static void OnAuthorizationNeeded(object? sender, MpaAuthorizationNeededEventArgs e)
    {
        Console.WriteLine(e.Message);
    }
}
