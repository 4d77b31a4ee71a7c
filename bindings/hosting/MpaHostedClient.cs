using System;
using System.Threading;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mpa.Extensions.Hosting
{
    /// <summary>The client of an application, opened when it is first needed.</summary>
    internal sealed class MpaHostedClient : IDisposable
    {
        private readonly Lazy<MpaClient> client;
        private readonly ILogger<MpaClient> logger;
        private MpaMetrics? metrics;

        public MpaHostedClient(IOptions<MpaOptions> options, ILogger<MpaClient> logger)
        {
            this.logger = logger;
            client = new Lazy<MpaClient>(
                () => Open(options.Value.Client), LazyThreadSafetyMode.ExecutionAndPublication);
        }

        public MpaClient Client => client.Value;

        /// <summary>Null if the client was never needed.</summary>
        public MpaClient? Opened => client.IsValueCreated ? client.Value : null;

        private MpaClient Open(MpaClientConfig config)
        {
            if (config.LogLevel == MpaLogLevel.Off)
            {
                config.LogLevel = MpaLogging.LevelOf(logger);
            }
            MpaClient opened = MpaClient.Open(config);
            opened.Logged += (_, entry) => MpaLogging.Log(logger, entry);
            opened.HandlerFailed += (_, failed) =>
                logger.LogError(failed.Exception, "A handler of the client failed");
            metrics = new MpaMetrics(opened);
            return opened;
        }

        public void Dispose()
        {
            metrics?.Dispose();
            Opened?.Dispose();
        }
    }
}
