using System.Diagnostics.CodeAnalysis;

namespace Mpa
{
    /// <summary>What <see cref="MpaClientConfig.AuthorizationProvider"/> is asked for.</summary>
    public sealed class MpaAuthorizationRequest
    {
        public MpaAuthorizationRequest(
            MpaAuthorizationReason reason, [AllowNull] MpaAuthorization current = null)
        {
            Reason = reason;
            Current = current;
        }

        /// <summary>Why another authorization is needed.</summary>
        public MpaAuthorizationReason Reason { get; }

        /// <summary>The one that the client was given last, to be invalidated where it was obtained, if it
        /// was refused. Null: none.</summary>
        [AllowNull, MaybeNull]
        public MpaAuthorization Current { get; }
    }
}
