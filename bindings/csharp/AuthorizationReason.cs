namespace Mpa
{
    /// <summary>Why another authorization is needed. A newer library may have others than
    /// these.</summary>
    public enum AuthorizationReason
    {
        /// <summary>None was given yet.</summary>
        Missing = 1,

        /// <summary>The service refused the one that was in use. Where another process obtained it,
        /// report it there: <see cref="Client.InvalidateAuthorization"/>.</summary>
        Refused = 2,

        /// <summary>The one in use has expired.</summary>
        Expired = 3,

        /// <summary>The one in use expires within <see cref="ClientConfig.AuthorizationLead"/>.</summary>
        ExpiresSoon = 4,
    }
}
