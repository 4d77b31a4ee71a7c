using System;
using System.Collections.Generic;

namespace Mpa
{
    /// <summary>A user, and whom that user met, each with a type and a time.</summary>
    public sealed class MpaUserRecentPlayers
    {
        /// <summary>The XUID of the user, not 0. Required.</summary>
        public
#if NET7_0_OR_GREATER
            required
#endif
            ulong Xuid { get; set; }

        /// <summary>Whom the user met: an array or a list, of 1 to
        /// <see cref="MpaLimits.MaxRecentPlayersPerUser"/>. Required.</summary>
        public
#if NET7_0_OR_GREATER
            required
#endif
            IReadOnlyList<MpaRecentPlayer> RecentPlayers { get; set; } = Array.Empty<MpaRecentPlayer>();
    }
}
