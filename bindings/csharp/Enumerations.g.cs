// Generated from src/ffi: cargo run -p mpa-tests --bin write-bindings. Do not edit.

namespace Mpa
{
    /// <summary>How a call ended. A newer library may return others than these: treat an unknown one by
    /// <see cref="MpaResult.Retryable"/>.</summary>
    public enum MpaStatus
    {
        /// <summary>It happened.</summary>
        Ok = 0,

        /// <summary>Your mistake: an argument is wrong. The message names it, with its index. Nothing
        /// was sent.</summary>
        InvalidArgument = -1,

        /// <summary>This assembly is newer than the library, and a field is set that the library does
        /// not know. Nothing was sent.</summary>
        InvalidStruct = -2,

        /// <summary>Your mistake: the client was never opened, is closed, or belongs to the parent of
        /// this process.</summary>
        InvalidHandle = -3,

        /// <summary>The client is being drained, or closed by another thread. Nothing was
        /// sent.</summary>
        Closed = -4,

        /// <summary>The queue of submitted operations is full, in operations or in bytes. Nothing was
        /// submitted: do so again later.</summary>
        QueueFull = -5,

        /// <summary>The queue is full of completions that nobody has polled. Nothing was submitted:
        /// call <see cref="MpaClient.Poll"/>, each frame.</summary>
        EventsNotPolled = -6,

        /// <summary>Not done: the operation was cancelled before it was sent.
        /// <see cref="MpaResult.Cause"/> is the obstacle where it had been tried before.</summary>
        Cancelled = -20,

        /// <summary>Not done: the operation's time to live passed before it, or the rest of it, could
        /// be sent. <see cref="MpaResult.Cause"/> is the obstacle met last, or what the operations
        /// before it waited for; 0 where there is none.</summary>
        Expired = -21,

        /// <summary>Not done, or, for recent players, not known to be done (see
        /// <see cref="MpaResult.Uncertain"/>): the client was closed, or its time to drain was over.
        /// Another client may send it. <see cref="MpaResult.Cause"/> is the obstacle met
        /// last.</summary>
        Abandoned = -22,

        /// <summary>There is no authorization that could be sent: none was given, it has expired, or
        /// the service has refused it. Push a newer one with <see cref="MpaClient.SetAuthorization"/>.
        /// The request was not sent; see <see cref="MpaResult.Acknowledged"/> for those before
        /// it.</summary>
        AuthorizationNeeded = -40,

        /// <summary>The service refused the token (HTTP 401). It is not used again: push a newer
        /// one.</summary>
        Unauthorized = -41,

        /// <summary>The token is good, but not for this call (HTTP 403, or 400 with
        /// AuthorizationError): the wrong title or sandbox, or a user's token where a service's is
        /// needed. Trying again does not help.</summary>
        Forbidden = -42,

        /// <summary>A client that signs in by itself could not: the message says which step failed,
        /// why, and what to do; <see cref="MpaResult.Cause"/> is the obstacle,
        /// <see cref="MpaResult.ServiceCode"/> the service's number for it.</summary>
        SignInFailed = -43,

        /// <summary>Of <see cref="MpaClient.TryGetAuthorization"/>: the client signs in by itself, has
        /// begun to do so, and has not ended yet. Nothing is wrong; ask again in a moment, after
        /// <see cref="MpaResult.RetryAfter"/> where that is set.</summary>
        SignInPending = -44,

        /// <summary>The service refused what was sent (other HTTP 4xx). See
        /// <see cref="MpaResult.ErrorCode"/> and <see cref="MpaResult.Message"/>.</summary>
        Rejected = -60,

        /// <summary>The service limits how often it is called, and the wait for the call's turn would
        /// not fit in its time. It ends at once; see <see cref="MpaResult.RetryAfter"/> and the limit's
        /// numbers. With an <see cref="MpaResult.HttpStatus"/> of 0, the service was not
        /// asked.</summary>
        Throttled = -61,

        /// <summary>The service failed (HTTP 408 or 5xx), or did not look at the request (421, 425). An
        /// invite was not sent; recent players may have been, see
        /// <see cref="MpaResult.Uncertain"/>.</summary>
        ServiceUnavailable = -62,

        /// <summary>The answer is none that the service gives: something else answered, such as a
        /// proxy.</summary>
        UnexpectedAnswer = -63,

        /// <summary>No way to the service: its name is unknown, the connection was refused, or it
        /// broke. For a call that can be repeated it may have broken after sending; see
        /// <see cref="MpaResult.Uncertain"/>.</summary>
        ConnectionFailed = -80,

        /// <summary>What answered could not prove to be the service, or does not speak TLS: a
        /// certificate of an unknown issuer, for another name, or out of date. Trying again does not
        /// help.</summary>
        TlsFailed = -81,

        /// <summary>The time limit was up: nothing was sent, or the call can be repeated (see
        /// <see cref="MpaResult.Uncertain"/>).</summary>
        TimedOut = -82,

        /// <summary>An invite ends so exactly when any of it is in doubt
        /// (<see cref="MpaResult.Uncertain"/> is not 0): it was sent, and nothing tells whether it
        /// arrived. Do not send that part again, since it could be shown twice.
        /// <see cref="MpaResult.Cause"/> says why: the answer was lost
        /// (<see cref="MpaStatus.TimedOut"/>, <see cref="MpaStatus.ConnectionFailed"/>,
        /// <see cref="MpaStatus.TlsFailed"/>, <see cref="MpaStatus.Closed"/>), or it settles nothing
        /// (<see cref="MpaStatus.ServiceUnavailable"/>, <see cref="MpaStatus.UnexpectedAnswer"/>).
        /// Recent players never end so, since sending them again does no harm.</summary>
        Uncertain = -100,

        /// <summary>A defect of the library, caught before it could harm the process. Please report the
        /// message.</summary>
        Internal = -120,
    }

    /// <summary>What to do with what a call has not sent.</summary>
    public enum MpaResend
    {
        /// <summary>Nothing: all of it was sent, or it was cancelled, or nothing certain is known
        /// (<see cref="MpaStatus.Internal"/>).</summary>
        None = 0,

        /// <summary>Send it again with this client, after <see cref="MpaUnsent.Delay"/>.</summary>
        Later = 1,

        /// <summary>Send it again once a newer authorization is there. What is submitted waits for the
        /// client's by itself, within its time to live.</summary>
        AfterAuthorization = 2,

        /// <summary>Correct first what the result's <see cref="MpaResult.Message"/> names: until then
        /// it would end in the same way.</summary>
        AfterFix = 3,

        /// <summary>This client is closing, draining or closed: send it through another client or
        /// server, or after a restart.</summary>
        Elsewhere = 4,
    }

    /// <summary>What the certificates of <see cref="MpaClientConfig.CaCertificatesPath"/> are to those
    /// that the library carries.</summary>
    public enum MpaCaMode
    {
        /// <summary>Trusted beside those that the library carries.</summary>
        Added = 0,

        /// <summary>Trusted instead of those that the library carries.</summary>
        Only = 1,
    }

    /// <summary>How much an entry of the log matters.</summary>
    public enum MpaLogLevel
    {
        /// <summary>Nothing is logged.</summary>
        Off = 0,

        /// <summary>A defect, or what needs operator action: without it, calls go on failing. Calls and
        /// operations that the service refused are among these.</summary>
        Error = 1,

        /// <summary>Calls and operations that failed for a reason that passes by itself, and requests
        /// that are tried again.</summary>
        Warning = 2,

        /// <summary>What changes seldom: a newer authorization, draining.</summary>
        Info = 3,

        /// <summary>Every request with its answer.</summary>
        Debug = 4,
    }

    /// <summary>The platform on which an invite can be accepted.</summary>
    public enum MpaPlatform
    {
        /// <summary>Any platform that the title runs on.</summary>
        Any = 0,

        Android = 1,
        IOS = 2,
        Nintendo = 3,
        PlayStation = 4,

        /// <summary>Xbox Series X and S.</summary>
        Scarlett = 5,

        Win32 = 6,
        WindowsOneCore = 7,

        /// <summary>Where a title has no Scarlett configuration, these invites reach Xbox Series X and
        /// S too.</summary>
        XboxOne = 8,
    }

    /// <summary>How the players of a group met. The service gives it no meaning beyond the
    /// name.</summary>
    public enum MpaEncounterType
    {
        Default = 0,
        Teammate = 1,
        Opponent = 2,
    }

    /// <summary>Why another authorization is needed. Later versions may add some.</summary>
    public enum MpaAuthorizationReason
    {
        /// <summary>None was given yet.</summary>
        Missing = 1,

        /// <summary>The service refused the one that was in use. Where another process obtained it,
        /// report it there: see <see cref="MpaClient.InvalidateAuthorization"/>.</summary>
        Refused = 2,

        /// <summary>The one in use has expired.</summary>
        Expired = 3,

        /// <summary>The one in use expires within
        /// <see cref="MpaClientConfig.AuthorizationLead"/>.</summary>
        ExpiresSoon = 4,
    }
}

namespace Mpa.Internal
{
    /// <summary>What an event is about. Later versions may add some: pass over those that you do not
    /// know.</summary>
    internal enum MpaEventType
    {
        /// <summary>There was none.</summary>
        None = 0,

        /// <summary>An operation has ended: its task completes.</summary>
        Completed = 1,

        /// <summary>Draining is over: the task of <see cref="MpaClient.DrainAsync"/>
        /// completes.</summary>
        Drained = 2,

        /// <summary>Another authorization is needed: the client's event of that name.</summary>
        AuthorizationNeeded = 3,

        /// <summary>An entry of the log.</summary>
        Log = 4,
    }
}
