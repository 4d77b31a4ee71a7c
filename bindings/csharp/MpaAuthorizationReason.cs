namespace Mpa
{
    /// <summary>Why another authorization is needed. A newer library may have others.</summary>
    public enum MpaAuthorizationReason
    {
        /// <summary>None was given.</summary>
        Missing = 1,

        /// <summary>The service refused the one in use. Where another process obtained it,
        /// report it there: <see cref="MpaClient.InvalidateAuthorization"/>.</summary>
        Refused = 2,

        /// <summary>The one in use has expired.</summary>
        Expired = 3,

        /// <summary>The one in use expires within <see cref="MpaClientConfig.AuthorizationLead"/>.</summary>
        ExpiresSoon = 4,
    }
}
