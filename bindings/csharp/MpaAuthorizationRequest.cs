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

        /// <summary>The authorization that was set last. If it was refused, invalidate it where it was obtained.
        /// Null: none.</summary>
        [AllowNull, MaybeNull]
        public MpaAuthorization Current { get; }
    }
}
