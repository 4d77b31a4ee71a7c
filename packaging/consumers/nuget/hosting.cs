// A host in which a service sends an invite as it starts, and submits one as it stops, before the client is drained.
// A second host stops while the service does not answer.

using System;
using System.Diagnostics.Metrics;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Mpa;
using Mpa.Extensions.Hosting;

static class Program
{
    static async Task Main(string[] arguments)
    {
        await RefuseWrongConfiguration();
        long submitted = 0, completed = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, it) =>
        {
            if (instrument.Meter.Name == MpaMetrics.MeterName)
            {
                it.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (instrument.Name == "mpa.operations.submitted")
            {
                submitted += value;
            }
            bool isOk = tags.ToArray().Any(tag => tag.Key == "status" && (string?)tag.Value == "ok");
            if (instrument.Name == "mpa.completed" && isOk)
            {
                completed += value;
            }
        });
        listener.Start();

        using IHost host = Build(config =>
        {
            config.TitleId = uint.Parse(arguments[1]);
            config.Endpoint = arguments[0];
            config.AuthorizationHeader = "XBL3.0 x=-;made-up-token";
        });
        Game.Submitted += () =>
        {
            listener.RecordObservableInstruments();
            Console.WriteLine($"metrics: {submitted} submitted, {(completed > 0 ? "some" : "none")} completed as ok");
        };
        await host.StartAsync();
        var client = host.Services.GetRequiredService<MpaClient>();
        bool isInjected = typeof(MpaClient).GetInterfaces().Where(it => it.Namespace == "Mpa")
            .All(it => host.Services.GetService(it) == client);
        Console.WriteLine("interfaces: " + (isInjected ? "all are injected" : "one is missing"));
        await host.StopAsync();
        await ReportWhatTheTimeoutAborts();
    }

    /// <summary>The time of the host is over before the deadline of the client.</summary>
    static async Task ReportWhatTheTimeoutAborts()
    {
        // Connections are accepted by the system, and nothing is answered.
        var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using IHost host = new HostBuilder()
            .ConfigureLogging(logging => logging.AddConsole())
            .ConfigureServices(services => services.AddMpa(config =>
            {
                config.TitleId = 1;
                config.Endpoint = "http://" + silent.LocalEndpoint;
                config.AuthorizationHeader = "XBL3.0 x=-;made-up-token";
            }))
            .Build();
        await host.StartAsync();
        Task<MpaResult> sent = host.Services.GetRequiredService<IMpaClient>().SendServerInviteAsync(Game.Invite());
        await Task.Delay(500);
        using var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await host.StopAsync(timeout.Token);
        Console.WriteLine($"the timeout of the host: {(await sent).Status}");
        silent.Stop();
    }

    static async Task RefuseWrongConfiguration()
    {
        using IHost host = Build(config => config.AuthorizationHeader = "XBL3.0 x=-;made-up-token");
        try
        {
            await host.StartAsync();
            Console.WriteLine("a configuration without a title was accepted");
        }
        catch (OptionsValidationException refused)
        {
            Console.WriteLine("configuration refused: " + refused.Failures.First());
        }
    }

    static IHost Build(Action<MpaClientConfig> configure)
    {
        return new HostBuilder()
            .ConfigureLogging(logging => logging.AddConsole())
            .ConfigureServices(services =>
            {
                services.AddMpa(configure);
                services.AddHostedService<Game>();
            })
            .Build();
    }
}

sealed class Game : IHostedService
{
    public static event Action? Submitted;

    private readonly IMpaClient client;

    public Game(IMpaClient client)
    {
        this.client = client;
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        MpaResult sent = await client.SendServerInviteAsync(Invite(), cancellationToken);
        sent.ThrowIfFailed();
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        // Not awaited: it completes while the client is drained.
        _ = client.SendServerInviteAsync(Invite());
        Submitted?.Invoke();
        return Task.CompletedTask;
    }

    public static MpaServerInvite Invite()
    {
        return new MpaServerInvite
        {
            Sender = 1,
            InvitedUsers = new ulong[] { 2 },
            ConnectionString = "203.0.113.7:7777",
        };
    }
}
