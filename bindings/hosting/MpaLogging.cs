using Microsoft.Extensions.Logging;

namespace Mpa.Extensions.Hosting
{
    /// <summary>The log of a client as entries of a logger, with what they are about as fields.</summary>
    internal static class MpaLogging
    {
        /// <summary>The most detailed level that the logger takes.</summary>
        public static MpaLogLevel LevelOf(ILogger logger)
        {
            for (MpaLogLevel level = MpaLogLevel.Debug; level > MpaLogLevel.Off; level--)
            {
                if (logger.IsEnabled(Level(level)))
                {
                    return level;
                }
            }
            return MpaLogLevel.Off;
        }

        public static void Log(ILogger logger, MpaLogEventArgs entry)
        {
            var id = new EventId(entry.EventId, entry.EventId == 0 ? null : entry.Status.ToString());
            if (entry.EventId == 0)
            {
                logger.Log(Level(entry.Level), id, "{Message}", entry.Message);
                return;
            }
            logger.Log(
                Level(entry.Level), id,
                "{Message} (status {Status}, HTTP status {HttpStatus}, error code {ErrorCode}, XErr {XErr}, "
                + "correlation ID {CorrelationId})",
                entry.Message, entry.Status, entry.HttpStatus, entry.ErrorCode, entry.ServiceCode,
                entry.CorrelationId);
        }

        private static LogLevel Level(MpaLogLevel level)
        {
            switch (level)
            {
                case MpaLogLevel.Error:
                    return LogLevel.Error;
                case MpaLogLevel.Warning:
                    return LogLevel.Warning;
                case MpaLogLevel.Info:
                    return LogLevel.Information;
                default:
                    return LogLevel.Debug;
            }
        }
    }
}
