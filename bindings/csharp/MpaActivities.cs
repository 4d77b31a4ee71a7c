using System.Collections.Generic;

namespace Mpa
{
    /// <summary>What a query has found.</summary>
    public sealed class MpaActivities
    {
        /// <summary>Created by the client, and by your own tests.</summary>
        public MpaActivities(MpaResult result, IReadOnlyList<MpaActivityRecord> records)
        {
            Result = result;
            Records = records;
        }

        /// <summary>How the query ended. If the service did not respond for all users, the records of the others are
        /// in <see cref="Records"/> all the same.</summary>
        public MpaResult Result { get; }

        /// <summary>The activities, of any title, those of one user together. A user who plays nothing has
        /// none.</summary>
        public IReadOnlyList<MpaActivityRecord> Records { get; }
    }
}
