// Generated from src/ffi: cargo run -p mpa-tests --bin write-bindings. Do not edit.

namespace Mpa
{
    /// <summary>How a call ended. A newer library may return others than these: treat an unknown one by
    /// <see cref="MpaResult.Retryable"/>.</summary>
    public enum MpaStatus
    {
        /// <summary>The call succeeded.</summary>
        Ok = 0,

        /// <summary>An argument is invalid. The message names it, with its index. Nothing was
        /// sent.</summary>
        InvalidArgument = -1,

        /// <summary>This assembly is newer than the library, and a field is set that the library does
        /// not know. Nothing was sent.</summary>
        InvalidStruct = -2,

        /// <summary>The handle is not valid: the client was never opened, is closed, or was opened by
        /// the parent of this process.</summary>
        InvalidHandle = -3,

        /// <summary>The client is draining, or is being closed by another thread. Nothing was
        /// sent.</summary>
        Closed = -4,

        /// <summary>The queue of submitted operations is full, in operations or in bytes. Nothing was
        /// submitted: submit it again later. Of the completion of a match: reports found no room, and
        /// were not sent.</summary>
        QueueFull = -5,

        /// <summary>The queue is full of completions that have not been polled. Nothing was submitted:
        /// call <see cref="MpaClient.Poll"/>, each frame.</summary>
        EventsNotPolled = -6,

        /// <summary>The operation was cancelled before it was sent, or between two attempts (see
        /// <see cref="MpaResult.Uncertain"/>); <see cref="MpaResult.Cause"/> is then the status of the
        /// last one.</summary>
        Cancelled = -20,

        /// <summary>Not sent: the operation's time to live passed before it, or the rest of it, could
        /// be sent. <see cref="MpaResult.Cause"/> is what prevented it last, or what the operations
        /// ahead of it waited for; 0 if there is none.</summary>
        Expired = -21,

        /// <summary>The client was closed, or the drain deadline passed, before all of it was sent;
        /// recent players and activities may have been sent, see <see cref="MpaResult.Uncertain"/>.
        /// Another client may send it. <see cref="MpaResult.Cause"/> is what prevented it
        /// last.</summary>
        Abandoned = -22,

        /// <summary>There is no usable authorization: none was given, it has expired, or the service
        /// has refused it. Set a newer one with <see cref="MpaClient.SetAuthorization"/>. The request
        /// was not sent; see <see cref="MpaResult.Acknowledged"/> for those before it.</summary>
        AuthorizationNeeded = -40,

        /// <summary>The service refused the token (HTTP 401). The client does not use it again: set a
        /// newer one.</summary>
        Unauthorized = -41,

        /// <summary>The token is valid, but not for this call (HTTP 403, or 400 with
        /// AuthorizationError): the wrong title or sandbox, or a user's token where a service's is
        /// required. A retry does not help.</summary>
        Forbidden = -42,

        /// <summary>The client could not sign in: the message says which step failed, why, and what to
        /// do. <see cref="MpaResult.Cause"/> is the status of that step,
        /// <see cref="MpaResult.ServiceCode"/> the service's error number (XErr).</summary>
        SignInFailed = -43,

        /// <summary>Of <see cref="MpaClient.TryGetAuthorization"/>: the client is signing in and has
        /// not finished. This is not an error; call again in a moment, after
        /// <see cref="MpaResult.RetryAfter"/> if that is set.</summary>
        SignInPending = -44,

        /// <summary>The service refused what was sent (other HTTP 4xx). See
        /// <see cref="MpaResult.ErrorCode"/> and <see cref="MpaResult.Message"/>.</summary>
        Rejected = -60,

        /// <summary>The service limits the rate of calls, and the wait would be longer than the call's
        /// time limit or the operation's time to live. It ends at once; see
        /// <see cref="MpaResult.RetryAfter"/> and the numbers of the limit. If
        /// <see cref="MpaResult.Attempts"/> is 0, no request was sent.</summary>
        Throttled = -61,

        /// <summary>The service failed (HTTP 408 or 5xx), or did not process the request (421, 425). An
        /// invite was not processed; recent players and activities may have been, see
        /// <see cref="MpaResult.Uncertain"/>.</summary>
        ServiceUnavailable = -62,

        /// <summary>The response is not one that the service gives: something else answered, such as a
        /// proxy.</summary>
        UnexpectedAnswer = -63,

        /// <summary>The service could not be reached: its host name was not resolved, the connection
        /// was refused or broke, or a proxy refused it. Recent players and activities may have been
        /// sent before it broke; see <see cref="MpaResult.Uncertain"/>.</summary>
        ConnectionFailed = -80,

        /// <summary>The server could not prove its identity, or does not speak TLS: its certificate has
        /// an unknown issuer or another name, or is out of date. A retry does not help.</summary>
        TlsFailed = -81,

        /// <summary>The time limit passed before all of it was sent (see
        /// <see cref="MpaResult.Acknowledged"/>), or before the response came: recent players and
        /// activities may have been sent, see <see cref="MpaResult.Uncertain"/>.</summary>
        TimedOut = -82,

        /// <summary>An invite completes with this status exactly when any of it is in doubt
        /// (<see cref="MpaResult.Uncertain"/> is not 0): it was sent, and it is not known whether the
        /// service processed it. Do not send that part again, since the player could see it twice.
        /// <see cref="MpaResult.Cause"/> says why: the response was lost
        /// (<see cref="MpaStatus.TimedOut"/>, <see cref="MpaStatus.ConnectionFailed"/>,
        /// <see cref="MpaStatus.TlsFailed"/>, <see cref="MpaStatus.Closed"/>), or does not say
        /// (<see cref="MpaStatus.ServiceUnavailable"/>, <see cref="MpaStatus.UnexpectedAnswer"/>).
        /// Other calls never have this status, since sending them twice does no harm.</summary>
        Uncertain = -100,

        /// <summary>A defect of the library, caught before it could harm the process. Please report the
        /// message.</summary>
        Internal = -120,
    }

    /// <summary>What to do with the users or groups that a call did not send.</summary>
    public enum MpaResend
    {
        /// <summary>Nothing: all were sent, or the operation was cancelled, or it is not known
        /// (<see cref="MpaStatus.Internal"/>).</summary>
        None = 0,

        /// <summary>Send them again with this client, after <see cref="MpaUnsent.Delay"/>.</summary>
        Later = 1,

        /// <summary>Send them again once there is a newer authorization. A submitted operation waits
        /// for the client's authorization by itself, within its time to live.</summary>
        AfterAuthorization = 2,

        /// <summary>First correct what the result's <see cref="MpaResult.Message"/> names: without that
        /// they would be refused again.</summary>
        AfterFix = 3,

        /// <summary>This client is draining or closed: send them with another client or server, or
        /// after a restart.</summary>
        Elsewhere = 4,
    }

    /// <summary>How the certificates of <see cref="MpaClientConfig.CaCertificatesPath"/> relate to the
    /// built-in ones.</summary>
    public enum MpaCaMode
    {
        /// <summary>Trusted in addition to the built-in ones.</summary>
        Added = 0,

        /// <summary>Trusted instead of the built-in ones.</summary>
        Only = 1,
    }

    /// <summary>The severity of a log entry.</summary>
    public enum MpaLogLevel
    {
        /// <summary>Nothing is logged.</summary>
        Off = 0,

        /// <summary>A defect, or a failure that needs operator action, such as calls and operations
        /// that the service refused.</summary>
        Error = 1,

        /// <summary>Temporary failures of calls and operations, and requests that are
        /// retried.</summary>
        Warning = 2,

        /// <summary>Infrequent events: a newer authorization, draining.</summary>
        Info = 3,

        /// <summary>Every request and its response.</summary>
        Debug = 4,
    }

    /// <summary>The platform on which an invite can be accepted. An invite for another platform
    /// disappears without an error.</summary>
    public enum MpaPlatform
    {
        /// <summary>One that is not known to this version. Only in records of activities.</summary>
        Unknown = -1,

        /// <summary>Any platform that the title runs on.</summary>
        Any = 0,

        /// <summary>Android.</summary>
        Android = 1,

        /// <summary>iOS.</summary>
        IOS = 2,

        /// <summary>Nintendo.</summary>
        Nintendo = 3,

        /// <summary>PlayStation.</summary>
        PlayStation = 4,

        /// <summary>Xbox Series X and S.</summary>
        Scarlett = 5,

        /// <summary>Windows: Win32 programs.</summary>
        Win32 = 6,

        /// <summary>Windows: programs for all editions (OneCore).</summary>
        WindowsOneCore = 7,

        /// <summary>Xbox One. If the title has no Scarlett configuration, these invites reach Xbox
        /// Series X and S too.</summary>
        XboxOne = 8,
    }

    /// <summary>How the players of a group met. The service gives it no meaning beyond the
    /// name.</summary>
    public enum MpaEncounterType
    {
        /// <summary>Not specified.</summary>
        Default = 0,

        /// <summary>They played in one team.</summary>
        Teammate = 1,

        /// <summary>They played against each other.</summary>
        Opponent = 2,
    }

    /// <summary>Who may join an activity without an invite.</summary>
    public enum MpaJoinRestriction
    {
        /// <summary>Left out by the service, or not known to this version. Only in records.</summary>
        Unknown = -1,

        /// <summary>Everyone.</summary>
        Public = 0,

        /// <summary>Only who is invited.</summary>
        InviteOnly = 1,

        /// <summary>Those whom the user follows.</summary>
        Followed = 2,
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
    /// <summary>The type of an event. Later versions may add some: ignore those that you do not
    /// know.</summary>
    internal enum MpaEventType
    {
        /// <summary>No event.</summary>
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
