using System;
using System.Collections.Generic;

namespace Mpa
{
    /// <summary>Players who met: everyone in a group met everyone else in it. Groups may overlap. Report encounters
    /// that matter to the players, not all hundred of a battle royale.</summary>
    public sealed class MpaRecentPlayerGroup
    {
        /// <summary>The XUIDs of the players, none of them 0: an array or a list, of
        /// <see cref="MpaLimits.MinPlayersPerGroup"/> to <see cref="MpaLimits.MaxPlayersPerGroup"/>.
        /// Required.</summary>
        public
#if NET7_0_OR_GREATER
            required
#endif
            IReadOnlyList<ulong> Players { get; set; } = Array.Empty<ulong>();

        public MpaEncounterType EncounterType { get; set; }

        /// <summary>When they met, to the second. Null: the time of the call.</summary>
        public DateTimeOffset? Timestamp { get; set; }
    }
}
