// Generated from src/ffi: cargo run -p mpa-tests --bin write-bindings. Do not edit.

namespace Mpa
{
    /// <summary>What the service and the library take. More in one call than in one request is sent
    /// as several requests.</summary>
    public static class MpaLimits
    {
        /// <summary>The largest value of <see cref="MpaResult.RetryAfter"/>, in milliseconds: 72
        /// minutes.</summary>
        public const uint MaxRetryAfterMs = 4320000;

        /// <summary>The longest authorization header, in bytes.</summary>
        public const uint MaxAuthorizationHeaderLength = 12288;

        /// <summary>The longest proof key, in bytes.</summary>
        public const uint MaxProofKeyPemLength = 16384;

        /// <summary>What the C header has for "not at all". Here it is the zero of a nullable time: see
        /// <see cref="MpaClientConfig.RecentPlayersHold"/> and
        /// <see cref="MpaClientConfig.AuthorizationLead"/>.</summary>
        public const uint None = 4294967295;

        /// <summary>The longest of each of the configuration's time limits: ten minutes.</summary>
        public const uint MaxTimeoutMs = 600000;

        /// <summary>The longest duration of a configuration, an operation or a match where no other
        /// limit is documented: a day.</summary>
        public const uint MaxDurationMs = 86400000;

        /// <summary>The size of a buffer for the proof key that
        /// <see cref="MpaClient.TryGetAuthorization"/> writes, in bytes.</summary>
        public const uint ProofKeyPemSize = 512;

        /// <summary>How many users the service takes in one request. A call takes more and sends
        /// several requests.</summary>
        public const uint MaxInvitedUsersPerRequest = 16;

        /// <summary>How many users one call takes.</summary>
        public const uint MaxInvitedUsersPerCall = 10000;

        /// <summary>The longest connection string, in UTF-16 code units. Microsoft's concept pages say
        /// "less than 256": stay below that where you can.</summary>
        public const uint MaxConnectionStringLength = 512;

        /// <summary>How many groups the service takes in one request. A call takes more and sends
        /// several requests.</summary>
        public const uint MaxGroupsPerRequest = 20;

        /// <summary>How many groups one call takes.</summary>
        public const uint MaxGroupsPerCall = 10000;

        /// <summary>The fewest players of a group.</summary>
        public const uint MinPlayersPerGroup = 2;

        /// <summary>The most players of a group.</summary>
        public const uint MaxPlayersPerGroup = 100;

        /// <summary>How many recent players the service takes in one request of a user. A call takes
        /// more and sends several requests.</summary>
        public const uint MaxRecentPlayersPerRequest = 100;

        /// <summary>How many recent players one call takes.</summary>
        public const uint MaxRecentPlayersPerCall = 10000;

        /// <summary>How many users the service takes in one request of a service. A call takes more and
        /// sends several requests.</summary>
        public const uint MaxUsersPerRequest = 20;

        /// <summary>How many users one call takes.</summary>
        public const uint MaxUsersPerCall = 10000;

        /// <summary>The most recent players of one user in a call of a service.</summary>
        public const uint MaxRecentPlayersPerUser = 100;

        /// <summary>The longest group id, in UTF-16 code units.</summary>
        public const uint MaxGroupIdLength = 127;

        /// <summary>The most players of an activity.</summary>
        public const uint MaxActivityPlayers = 100;

        /// <summary>How many users the service takes in one query. A call takes more and sends several
        /// requests.</summary>
        public const uint MaxQueriedUsersPerRequest = 30;

        /// <summary>How many users one query takes.</summary>
        public const uint MaxQueriedUsersPerCall = 10000;

        /// <summary>The most players that are in a match at the same time.</summary>
        public const uint MaxMatchPlayers = 10000;

        /// <summary>How many buckets a histogram has.</summary>
        public const uint StatsBucketCount = 16;

        /// <summary>How many pairs of status and cause the library can count, those in reserve
        /// included.</summary>
        public const uint CompletionKinds = 96;

        /// <summary>A buffer of this size holds the text of
        /// <see cref="MpaStats.TryGetPrometheusText"/>, whatever the numbers, with labels of up to 64
        /// bytes.</summary>
        public const uint StatsPrometheusSize = 131072;
    }

    public static unsafe partial class MpaLibrary
    {
        /// <summary>The major version of the native library that this assembly was written
        /// for.</summary>
        public const uint VersionMajor = 0;

        /// <summary>The minor version of the native library that this assembly was written
        /// for.</summary>
        public const uint VersionMinor = 1;

        /// <summary>The patch version of the native library that this assembly was written
        /// for.</summary>
        public const uint VersionPatch = 0;
    }
}
