namespace Mpa
{
    /// <summary>What the service and the library take. More in one call than in one request is sent
    /// as several requests.</summary>
    public static class MpaLimits
    {
        /// <summary>What the C header has for "not at all". Here it is the zero of a nullable time:
        /// see <see cref="MpaClientConfig.RecentPlayersHold"/> and
        /// <see cref="MpaClientConfig.AuthorizationLead"/>.</summary>
        public const uint None = 4294967295;

        public const uint MaxTimeoutMs = 600000;

        /// <summary>The longest <see cref="MpaResult.RetryAfter"/>.</summary>
        public const uint MaxRetryAfterMs = 4320000;

        /// <summary>In bytes.</summary>
        public const uint MaxAuthorizationHeaderLength = 12288;

        /// <summary>In bytes.</summary>
        public const uint MaxProofKeyPemLength = 16384;

        public const uint MaxInvitedUsersPerRequest = 16;
        public const uint MaxInvitedUsersPerCall = 10000;

        /// <summary>In characters as <c>string.Length</c> counts them.</summary>
        public const uint MaxConnectionStringLength = 512;

        public const uint MaxGroupsPerRequest = 20;
        public const uint MaxGroupsPerCall = 10000;
        public const uint MinPlayersPerGroup = 2;
        public const uint MaxPlayersPerGroup = 100;

        /// <summary>Of <see cref="MpaLaneStats.QueueWaitBuckets"/> and
        /// <see cref="MpaLaneStats.RequestDurationBuckets"/>.</summary>
        public const uint StatsBucketCount = 16;

        /// <summary>How many pairs of status and cause the library can count, those in reserve
        /// included.</summary>
        public const uint CompletionKinds = 96;

        /// <summary>How long the text of <see cref="MpaStats.TryGetPrometheusText"/> is at most, in bytes, with
        /// labels of up to 64 bytes.</summary>
        public const uint StatsPrometheusSize = 65536;
    }
}
