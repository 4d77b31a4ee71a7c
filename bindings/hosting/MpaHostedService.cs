using System;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mpa.Extensions.Hosting
{
    /// <summary>Opens the client when the host starts, and drains it when the host stops.</summary>
    internal sealed class MpaHostedService : IHostedService
    {
        private readonly MpaHostedClient hosted;
        private readonly IOptions<MpaOptions> options;
        private readonly ILogger<MpaClient> logger;

        public MpaHostedService(
            MpaHostedClient hosted, IOptions<MpaOptions> options, ILogger<MpaClient> logger)
        {
            this.hosted = hosted;
            this.options = options;
            this.logger = logger;
        }

        /// <summary>Throws an <see cref="OptionsValidationException"/> if the configuration is wrong.</summary>
        public Task StartAsync(CancellationToken cancellationToken)
        {
            _ = hosted.Client;
            return Task.CompletedTask;
        }

        /// <summary>Waits for what was submitted, up to <see cref="MpaClientConfig.CloseDeadline"/>, or less if the
        /// host's own timeout passes first. What has not finished then is aborted, which may take up to 1 s
        /// more.</summary>
        public async Task StopAsync(CancellationToken cancellationToken)
        {
            if (hosted.Opened is not MpaClient client)
            {
                return;
            }
            Task<MpaCloseReport> closing = client.CloseAsync(options.Value.Client.CloseDeadline);
            MpaCloseReport? aborted = null;
            using (var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
            {
                Task timeIsOver = Task.Delay(Timeout.Infinite, over.Token);
                if (await Task.WhenAny(closing, timeIsOver).ConfigureAwait(false) == timeIsOver)
                {
                    aborted = client.Close(TimeSpan.Zero);
                }
                over.Cancel();
            }
            MpaCloseReport report = await closing.ConfigureAwait(false);
            // Only the first close has the counts.
            if (report.AlreadyClosed && aborted != null)
            {
                report = aborted;
            }
            Log(report);
        }

        private void Log(MpaCloseReport report)
        {
            if (report.AlreadyClosed)
            {
                logger.LogInformation("The client was closed before the host stopped");
                return;
            }
            // Of those that were on the wire, the end is not known either.
            long uncertain = report.OperationsUncertain + report.OperationsUnfinished;
            logger.Log(
                report.OperationsAbandoned + uncertain == 0 ? LogLevel.Information : LogLevel.Warning,
                "Closed: of {Submitted} submitted operations, {Succeeded} succeeded, {Failed} failed, "
                + "{Uncertain} are uncertain and {Abandoned} were abandoned",
                report.Submitted, report.OperationsSucceeded, report.OperationsFailed, uncertain,
                report.OperationsAbandoned);
        }
    }
}
