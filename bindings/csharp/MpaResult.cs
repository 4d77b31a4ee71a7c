using System;

namespace Mpa
{
    using Mpa.Internal;

    /// <summary>The result of a call. <see cref="Acknowledged"/>, <see cref="Uncertain"/> and
    /// <see cref="Refused"/> count, in this order and from the front, the users or groups that were
    /// passed in; what remains after them was not sent.</summary>
    public sealed class MpaResult
    {
        internal unsafe MpaResult(Native.mpa_result* raw, int total = 0)
        {
            Status = (MpaStatus)raw->status;
            Cause = (MpaStatus)raw->cause;
            Acknowledged = (int)raw->acknowledged;
            Uncertain = (int)raw->uncertain;
            Refused = (int)raw->refused;
            Total = total;
            Retryable = raw->retryable != 0;
            RetryAfter = TimeSpan.FromMilliseconds(raw->retry_after_ms);
            HttpStatus = (int)raw->http_status;
            Attempts = (int)raw->attempts;
            Queued = TimeSpan.FromMilliseconds(raw->queued_ms);
            Elapsed = TimeSpan.FromMilliseconds(raw->elapsed_ms);
            CurrentRequests = raw->current_requests;
            MaxRequests = raw->max_requests;
            Period = TimeSpan.FromSeconds(raw->period_s);
            ServiceCode = raw->service_code;
            LimitType = Text.Decode(raw->limit_type);
            ErrorCode = Text.Decode(raw->error_code);
            CorrelationId = Text.Decode(raw->correlation_id);
            Message = MemberNames.Translate(Text.Decode(raw->message));
        }

        /// <summary>Creates a result, for tests of code that handles results. What is left out is zero or
        /// empty.</summary>
        public MpaResult(
            MpaStatus status, string message = "", int total = 0, int acknowledged = 0, int uncertain = 0,
            int refused = 0, bool retryable = false, TimeSpan retryAfter = default(TimeSpan),
            MpaStatus cause = MpaStatus.Ok, int httpStatus = 0, int attempts = 0,
            TimeSpan queued = default(TimeSpan), TimeSpan elapsed = default(TimeSpan), uint currentRequests = 0,
            uint maxRequests = 0, TimeSpan period = default(TimeSpan), string limitType = "", uint serviceCode = 0,
            string errorCode = "", string correlationId = "")
        {
            Status = status;
            Message = message;
            Total = total;
            Acknowledged = acknowledged;
            Uncertain = uncertain;
            Refused = refused;
            Retryable = retryable;
            RetryAfter = retryAfter;
            Cause = cause;
            HttpStatus = httpStatus;
            Attempts = attempts;
            Queued = queued;
            Elapsed = elapsed;
            CurrentRequests = currentRequests;
            MaxRequests = maxRequests;
            Period = period;
            LimitType = limitType;
            ServiceCode = serviceCode;
            ErrorCode = errorCode;
            CorrelationId = correlationId;
        }

        /// <summary>For what is refused before the library is called.</summary>
        internal static MpaResult Invalid(string message, int total = 0)
        {
            return new MpaResult(MpaStatus.InvalidArgument, message, total);
        }

        /// <summary>For what is cancelled before the library is called.</summary>
        internal static MpaResult CancelledBefore(int total)
        {
            const string Message = "It was cancelled before it was submitted. Nothing was sent.";
            return new MpaResult(MpaStatus.Cancelled, Message, total);
        }

        /// <summary>Of a query that blocks, for which there was not enough room.</summary>
        internal static MpaResult TooManyActivities(MpaResult result, ActivityRecords records)
        {
            string message = "The service lists " + records.Total + " activities of " + result.Total
                + " users, of which this call keeps " + records.Capacity
                + ". Submit the query instead, which keeps all.";
            return new MpaResult(
                MpaStatus.UnexpectedAnswer, message, result.Total, result.Acknowledged, httpStatus: result.HttpStatus,
                attempts: result.Attempts, queued: result.Queued, elapsed: result.Elapsed,
                correlationId: result.CorrelationId);
        }

        /// <summary>Of an operation that is in the queue.</summary>
        internal static readonly MpaResult Submitted = new MpaResult(MpaStatus.Ok, "It was submitted.");

        /// <summary>Of a match that was opened, or has taken a player who joins or leaves.</summary>
        internal static readonly MpaResult OfMatch =
            new MpaResult(MpaStatus.Ok, "The match is open, and has taken it.");

        internal static MpaResult Flushed(bool inTime)
        {
            return inTime
                ? new MpaResult(MpaStatus.Ok, "All operations that were submitted before have ended.")
                : new MpaResult(MpaStatus.TimedOut, "The time was up before all operations had ended; they go on.");
        }

        /// <summary>For operations whose event cannot be polled any more, since the client is closed. They may
        /// have been sent, so that all of it is uncertain; only invites end as that.</summary>
        internal static MpaResult OfUnknownEnd(Submission submission)
        {
            const string Message = "The client was closed before the end of this was known. ";
            int count = submission.Count;
            if (submission.IsMatch)
            {
                return new MpaResult(
                    MpaStatus.Abandoned,
                    "The client was closed before the end of this match was known. Groups that were not reported are "
                    + "lost: the library does not return them.",
                    cause: MpaStatus.Closed);
            }
            return submission.IsInvite
                ? new MpaResult(
                    MpaStatus.Uncertain, Message + "Do not send it again.", count, uncertain: count,
                    cause: MpaStatus.Closed)
                : new MpaResult(
                    MpaStatus.Abandoned, Message + "Sending it again does no harm.", count, uncertain: count,
                    cause: MpaStatus.Closed, retryable: true);
        }

        /// <summary>Of a drain whose event cannot be polled any more, since the client is closed.</summary>
        internal static readonly MpaResult DrainOfUnknownEnd = new MpaResult(
            MpaStatus.Abandoned, "The client was closed before it was drained.", cause: MpaStatus.Closed);

        /// <summary>Whether all of it happened.</summary>
        public bool IsOk => Status == MpaStatus.Ok;

        public MpaStatus Status { get; }

        /// <summary>The error behind <see cref="MpaStatus.Uncertain"/>, <see cref="MpaStatus.Abandoned"/>,
        /// <see cref="MpaStatus.Cancelled"/>, <see cref="MpaStatus.Expired"/> and
        /// <see cref="MpaStatus.SignInFailed"/>, such as <see cref="MpaStatus.TimedOut"/>; else
        /// <see cref="MpaStatus.Ok"/>.</summary>
        public MpaStatus Cause { get; }

        /// <summary>One or a few sentences: what happened, to which input (by the name of its property and its
        /// index), what to do. Never contains a token, a key, a connection string or a XUID.</summary>
        public string Message { get; }

        /// <summary>How many users or groups were passed in; 0 for calls without any.</summary>
        public int Total { get; }

        /// <summary>How many users or groups, from the front, the service has
        /// acknowledged.</summary>
        public int Acknowledged { get; }

        /// <summary>How many after those were sent without a response that settles whether it happened.</summary>
        public int Uncertain { get; }

        /// <summary>How many after those the service refused.</summary>
        public int Refused { get; }

        /// <summary>Whether sending what was not acknowledged may succeed later. Never true for
        /// invites that are uncertain: sent again, they could be shown twice.</summary>
        public bool Retryable { get; }

        /// <summary>How long to wait at least before trying again; at most <see cref="MpaLimits.MaxRetryAfterMs"/>.
        /// Zero: unknown.</summary>
        public TimeSpan RetryAfter { get; }

        /// <summary>HTTP status of the last response. 0: none was received.</summary>
        public int HttpStatus { get; }

        /// <summary>Requests of which at least one byte was sent.</summary>
        public int Attempts { get; }

        /// <summary>How long it waited in the library: in the queue, for a rate limit, for an
        /// authorization.</summary>
        public TimeSpan Queued { get; }

        /// <summary>From the beginning of the call to its end.</summary>
        public TimeSpan Elapsed { get; }

        /// <summary>How many requests the service counted in <see cref="Period"/>, if it limits calls and says so;
        /// else 0.</summary>
        public uint CurrentRequests { get; }

        /// <summary>How many requests it accepts in a period; 0 if it did not say.</summary>
        public uint MaxRequests { get; }

        /// <summary>The period; zero if the service did not say.</summary>
        public TimeSpan Period { get; }

        /// <summary>The kind of limit, in the service's words; empty if it did not say.</summary>
        public string LimitType { get; }

        /// <summary>The number that a sign-in service gives a refusal (XErr), such as 0x8015DC12; 0 if it gave
        /// none.</summary>
        public uint ServiceCode { get; }

        /// <summary>The service's errorCode; empty if it gave none.</summary>
        public string ErrorCode { get; }

        /// <summary>The correlation ID, which Microsoft's support asks for; empty if the service gave none.</summary>
        public string CorrelationId { get; }

        /// <summary>What was never sent, and what to do with it. Recent players that are uncertain are not included;
        /// sending them again does no harm.</summary>
        public unsafe MpaUnsent Unsent
        {
            get
            {
                // What it is decided by; the texts are not among it.
                var result = Native.mpa_result.Init();
                result.status = (int)Status;
                result.cause = (int)Cause;
                result.acknowledged = (uint)Acknowledged;
                result.uncertain = (uint)Uncertain;
                result.refused = (uint)Refused;
                result.retryable = Retryable ? 1u : 0u;
                result.retry_after_ms = Time.Deadline(RetryAfter);
                result.http_status = (uint)HttpStatus;
                result.period_s = (uint)Period.TotalSeconds;
                var unsent = new Native.mpa_unsent { struct_size = (uint)sizeof(Native.mpa_unsent) };
                Native.mpa_result_unsent(&result, (uint)Total, &unsent);
                return new MpaUnsent(unsent);
            }
        }

        /// <summary>Throws an <see cref="MpaException"/> unless all of it happened; else returns this
        /// result.</summary>
        public MpaResult ThrowIfFailed()
        {
            if (!IsOk)
            {
                throw new MpaException(this);
            }
            return this;
        }

        /// <summary>Status and message, for a log.</summary>
        public override string ToString()
        {
            return Status + ": " + Message;
        }
    }
}
