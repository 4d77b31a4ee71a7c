using System;
using System.Threading;

namespace Mpa
{
    /// <summary>Times in the units of the C header.</summary>
    internal static class Time
    {
        /// <summary>A time limit that is negative or does not fit becomes one that the library
        /// refuses. A fraction of a millisecond counts as a whole one, since 0 means the
        /// default.</summary>
        internal static uint Limit(TimeSpan limit)
        {
            double ms = Math.Ceiling(limit.TotalMilliseconds);
            return ms < 0 || ms > uint.MaxValue ? uint.MaxValue : (uint)ms;
        }

        /// <summary>Null means the default, and nothing means not at all. What does not fit is
        /// refused by the library, and not taken for that.</summary>
        internal static uint Hold(TimeSpan? hold)
        {
            if (hold == null)
            {
                return 0;
            }
            return hold.Value <= TimeSpan.Zero ? Limits.None : Math.Min(Limit(hold.Value), Limits.None - 1);
        }

        /// <summary>How long to wait for something: forever is 49 days, less than nothing is
        /// nothing.</summary>
        internal static uint Deadline(TimeSpan deadline)
        {
            bool past = deadline < TimeSpan.Zero && deadline != Timeout.InfiniteTimeSpan;
            return past ? 0 : Limit(deadline);
        }

        /// <summary>0, which means the default, only where there is no time.</summary>
        internal static ulong UnixMs(DateTimeOffset? time)
        {
            return time == null ? 0 : (ulong)Math.Max(time.Value.ToUnixTimeMilliseconds(), 1);
        }
    }
}
