using System;

namespace Mpa
{
    /// <summary>A player whom a user met.</summary>
    public sealed class MpaRecentPlayer
    {
        /// <summary>The XUID of the player, not 0. Required.</summary>
        public
#if NET7_0_OR_GREATER
            required
#endif
            ulong Xuid { get; set; }

        public MpaEncounterType EncounterType { get; set; }

        /// <summary>When they met, to the second. Null: the time of the call.</summary>
        public DateTimeOffset? Timestamp { get; set; }
    }
}
