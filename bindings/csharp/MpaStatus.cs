namespace Mpa
{
    /// <summary>How a call ended. A newer library may return others than these: treat an unknown
    /// one by <see cref="MpaResult.Retryable"/>.</summary>
    public enum MpaStatus
    {
        /// <summary>The call succeeded.</summary>
        Ok = 0,

        /// <summary>Your mistake: an argument is wrong. The message names it. Nothing was sent.</summary>
        InvalidArgument = -1,

        /// <summary>This assembly is newer than the library, and a field is set that the library
        /// does not know. Nothing was sent.</summary>
        InvalidStruct = -2,

        /// <summary>The client is closed.</summary>
        InvalidHandle = -3,

        /// <summary>The client is being closed by another thread. Nothing was sent.</summary>
        Closed = -4,

        /// <summary>Too many operations are submitted: nothing was submitted.</summary>
        QueueFull = -5,

        /// <summary>The queue is full of completions that have not been polled: nothing was
        /// submitted. See <see cref="MpaClient.Poll"/>.</summary>
        EventsNotPolled = -6,

        /// <summary>A submitted operation was cancelled before it was sent.</summary>
        Cancelled = -20,

        /// <summary>The time to live of a submitted operation passed before it, or the rest of it, could be
        /// sent. <see cref="MpaResult.Cause"/> is the obstacle met last.</summary>
        Expired = -21,

        /// <summary>Not done, or, for recent players, not known to be done (see
        /// <see cref="MpaResult.Uncertain"/>): the client was closed, or its time to drain was over. Another
        /// client may send it.</summary>
        Abandoned = -22,

        /// <summary>There is no authorization that could be sent: give the client a newer one with
        /// <see cref="MpaClient.SetAuthorization"/>. Nothing was sent.</summary>
        AuthorizationNeeded = -40,

        /// <summary>The service refused the token. It is not used again: push a newer one.</summary>
        Unauthorized = -41,

        /// <summary>The token is good, but not for this call: the wrong title or sandbox, or a
        /// user's token where a service's is needed. Trying again does not help.</summary>
        Forbidden = -42,

        /// <summary>A client that signs in by itself could not: <see cref="MpaResult.Message"/> says which
        /// step failed, why, and what to do; <see cref="MpaResult.Cause"/> is the obstacle,
        /// <see cref="MpaResult.ServiceCode"/> the service's number for it.</summary>
        SignInFailed = -43,

        /// <summary>Signing in has begun and has not ended yet: ask again in a moment.</summary>
        SignInPending = -44,

        /// <summary>The service refused what was sent. See <see cref="MpaResult.Message"/>.</summary>
        Rejected = -60,

        /// <summary>The service limits how often it is called. See
        /// <see cref="MpaResult.RetryAfter"/>.</summary>
        Throttled = -61,

        /// <summary>The service failed. An invite was not sent; recent players may have been: see
        /// <see cref="MpaResult.Uncertain"/>.</summary>
        ServiceUnavailable = -62,

        /// <summary>Something else than the service answered, such as a proxy.</summary>
        UnexpectedAnswer = -63,

        /// <summary>No way to the service.</summary>
        ConnectionFailed = -80,

        /// <summary>What answered could not prove to be the service.</summary>
        TlsFailed = -81,

        /// <summary>The time limit was up.</summary>
        TimedOut = -82,

        /// <summary>An invite ends so exactly when any of it is in doubt: it was sent, and nothing tells
        /// whether it arrived. Do not send that part again, since it could be shown twice.
        /// <see cref="MpaResult.Cause"/> says why.</summary>
        Uncertain = -100,

        /// <summary>A defect of the library. Please report the message.</summary>
        Internal = -120,
    }
}
