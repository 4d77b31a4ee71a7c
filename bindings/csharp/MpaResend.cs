namespace Mpa
{
    /// <summary>What to do with what a call has not sent.</summary>
    public enum MpaResend
    {
        /// <summary>Nothing: all of it was sent, or it was cancelled, or nothing certain is known.</summary>
        None = 0,

        /// <summary>Send it again with this client, after <see cref="MpaUnsent.Delay"/>.</summary>
        Later = 1,

        /// <summary>Send it again once a newer authorization is there. What is submitted waits for the
        /// client's by itself, within its time to live.</summary>
        AfterAuthorization = 2,

        /// <summary>Correct first what <see cref="MpaResult.Message"/> names: until then it would end in
        /// the same way.</summary>
        AfterFix = 3,

        /// <summary>This client is closing, draining or closed: send it through another client or server,
        /// or after a restart.</summary>
        Elsewhere = 4,
    }
}
