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

        /// <summary>One sentence for logs.</summary>
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

        /// <summary>Created by the client, and by your own tests: the message of <paramref name="entry"/> is the
        /// text, and its other members say what it is about.</summary>
        public MpaLogEventArgs(MpaLogLevel level, MpaResult entry)
        {
            Level = level;
            this.entry = entry;
        }

        public MpaLogLevel Level { get; }

        /// <summary>The text. It contains no token, connection string or XUID.</summary>
        public string Message => entry.Message;

        /// <summary>What the entry is about, for the event id of a logging framework: the negated number of
        /// <see cref="Status"/>, such as 61; 0 for entries that are not about how something ended.</summary>
        public int EventId => -(int)entry.Status;

        /// <summary>Of an entry about how a call, an operation or an attempt ended; else
        /// <see cref="MpaStatus.Ok"/>.</summary>
        public MpaStatus Status => entry.Status;

        /// <summary>The error behind <see cref="Status"/>, as in <see cref="MpaResult.Cause"/>.</summary>
        public MpaStatus Cause => entry.Cause;

        /// <summary>HTTP status of the response; 0: none.</summary>
        public int HttpStatus => entry.HttpStatus;

        /// <summary>The number that a sign-in service gives a refusal (XErr); 0: none.</summary>
        public uint ServiceCode => entry.ServiceCode;

        /// <summary>The service's errorCode; empty if it gave none.</summary>
        public string ErrorCode => entry.ErrorCode;

        /// <summary>The correlation ID, which Microsoft's support asks for; empty if the service gave none.</summary>
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
