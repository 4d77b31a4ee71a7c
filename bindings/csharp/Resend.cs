namespace Mpa
{
    /// <summary>What to do with what a call has not sent.</summary>
    public enum Resend
    {
        /// <summary>Nothing: all of it was sent, or it was cancelled, or nothing certain is known.</summary>
        None = 0,

        /// <summary>Send it again with this client, after a delay.</summary>
        Later = 1,

        /// <summary>Send it again once a newer authorization is there.</summary>
        AfterAuthorization = 2,

        /// <summary>Correct first what the result's message names.</summary>
        AfterFix = 3,

        /// <summary>Send it through another client or server, or after a restart.</summary>
        Elsewhere = 4,
    }
}
