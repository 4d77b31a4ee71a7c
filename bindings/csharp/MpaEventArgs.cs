using System;

namespace Mpa
{
    /// <summary>An authorization is needed: see <see cref="MpaClient.AuthorizationNeeded"/>.</summary>
    public sealed class MpaAuthorizationNeededEventArgs : EventArgs
    {
        public MpaAuthorizationNeededEventArgs(MpaAuthorizationReason reason, string message)
        {
            Reason = reason;
            Message = message;
        }

        public MpaAuthorizationReason Reason { get; }

        /// <summary>A sentence for people.</summary>
        public string Message { get; }
    }

    /// <summary>Another authorization is in use: see <see cref="MpaClient.AuthorizationChanged"/>.</summary>
    public sealed class MpaAuthorizationChangedEventArgs : EventArgs
    {
        public MpaAuthorizationChangedEventArgs(MpaAuthorization authorization)
        {
            Authorization = authorization;
        }

        public MpaAuthorization Authorization { get; }
    }

    /// <summary>An entry of the log: see <see cref="MpaClient.Logged"/>.</summary>
    public sealed class MpaLogEventArgs : EventArgs
    {
        private readonly MpaResult entry;

        /// <summary>Made by the client, and by tests of your own: the entry has the text as its message,
        /// and what it is about.</summary>
        public MpaLogEventArgs(MpaLogLevel level, MpaResult entry)
        {
            Level = level;
            this.entry = entry;
        }

        public MpaLogLevel Level { get; }

        /// <summary>The text. It holds no token, connection string or XUID.</summary>
        public string Message => entry.Message;

        /// <summary>What the entry is about, for the event id of a logging framework: the negated number of
        /// <see cref="Status"/>, such as 61; 0 for entries that are not about how something ended.</summary>
        public int EventId => -(int)entry.Status;

        /// <summary>Of an entry about how a call, an operation or an attempt ended; else
        /// <see cref="MpaStatus.Ok"/>.</summary>
        public MpaStatus Status => entry.Status;

        /// <summary>The obstacle behind <see cref="Status"/>, as in <see cref="MpaResult.Cause"/>.</summary>
        public MpaStatus Cause => entry.Cause;

        /// <summary>HTTP status of the response; 0: none.</summary>
        public int HttpStatus => entry.HttpStatus;

        /// <summary>The number that a sign-in service gives a refusal (XErr); 0: none.</summary>
        public uint ServiceCode => entry.ServiceCode;

        /// <summary>The service's errorCode; empty where it gave none.</summary>
        public string ErrorCode => entry.ErrorCode;

        /// <summary>What Microsoft's support asks for; empty where the service gave none.</summary>
        public string CorrelationId => entry.CorrelationId;
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
