using System;

namespace Mpa
{
    /// <summary>An authorization is needed: see <see cref="MpaClient.AuthorizationNeeded"/>.</summary>
    public sealed class MpaAuthorizationNeededEventArgs : EventArgs
    {
        public MpaAuthorizationNeededEventArgs(string message)
        {
            Message = message;
        }

        /// <summary>A sentence for people.</summary>
        public string Message { get; }
    }

    /// <summary>An entry of the log: see <see cref="MpaClient.Logged"/>.</summary>
    public sealed class MpaLogEventArgs : EventArgs
    {
        public MpaLogEventArgs(MpaLogLevel level, MpaResult entry)
        {
            Level = level;
            Entry = entry;
        }

        public MpaLogLevel Level { get; }

        /// <summary>The text. It holds no token, connection string or XUID.</summary>
        public string Message => Entry.Message;

        private MpaResult Entry { get; }
    }

    /// <summary>What a handler or a callback has thrown: see <see cref="MpaClient.HandlerFailed"/>.</summary>
    public sealed class MpaHandlerFailedEventArgs : EventArgs
    {
        public MpaHandlerFailedEventArgs(Exception exception)
        {
            Exception = exception;
        }

        public Exception Exception { get; }
    }
}
