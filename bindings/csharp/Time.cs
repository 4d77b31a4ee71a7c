using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;

namespace Mpa.Internal
{
    /// <summary>Times in the units of the C header.</summary>
    internal static class Time
    {
        /// <summary>More than the library takes anywhere, and not <see cref="MpaLimits.None"/>.</summary>
        private const uint TooLong = MpaLimits.None - 1;

        /// <summary>A duration that is negative or does not fit becomes one that the library refuses. A fraction
        /// of a millisecond counts as a whole one, since 0 means the default.</summary>
        internal static uint Limit(TimeSpan limit)
        {
            double ms = Math.Ceiling(limit.TotalMilliseconds);
            return limit < TimeSpan.Zero || ms > TooLong ? TooLong : (uint)ms;
        }

        /// <summary>Null means the default, and zero means not at all.</summary>
        internal static uint OrNone(TimeSpan? time)
        {
            if (time == null)
            {
                return 0;
            }
            return time.Value == TimeSpan.Zero ? MpaLimits.None : Limit(time.Value);
        }

        /// <summary>How long to wait for something: infinite is 49 days, and negative is 0.</summary>
        internal static uint Deadline(TimeSpan deadline)
        {
            bool past = deadline < TimeSpan.Zero && deadline != Timeout.InfiniteTimeSpan;
            return past ? 0 : Limit(deadline);
        }

        /// <summary>What is left of a deadline.</summary>
        internal static uint Left(uint deadlineMs, Stopwatch clock)
        {
            return (uint)Math.Max(deadlineMs - clock.ElapsedMilliseconds, 0);
        }

        /// <summary>Longer ones than there are become the longest.</summary>
        internal static TimeSpan Span(ulong ms)
        {
            const ulong Longest = long.MaxValue / TimeSpan.TicksPerMillisecond;
            return new TimeSpan((long)Math.Min(ms, Longest) * TimeSpan.TicksPerMillisecond);
        }

        /// <summary>Null for 0. Later than there is becomes the latest.</summary>
        internal static DateTimeOffset? At(ulong unixMs)
        {
            var latest = (ulong)DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
            return unixMs == 0
                ? (DateTimeOffset?)null
                : DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Min(unixMs, latest));
        }

        /// <summary>Whether a task completes before the deadline.</summary>
        internal static async Task<bool> EndsWithin(Task task, uint deadlineMs)
        {
            using (var given = new CancellationTokenSource())
            {
                // No timer takes more.
                Task timeIsUp = Task.Delay((int)Math.Min(deadlineMs, int.MaxValue), given.Token);
                await Task.WhenAny(task, timeIsUp).ConfigureAwait(false);
                given.Cancel();
                return task.IsCompleted;
            }
        }

        /// <summary>How much is left of something: 0, which means unknown, only where there is none,
        /// and at least 1, also of what is over.</summary>
        internal static ulong Ms(TimeSpan? left)
        {
            return left == null ? 0 : (ulong)Math.Max(left.Value.TotalMilliseconds, 1);
        }

        /// <summary>0, which means the default, only where there is no time.</summary>
        internal static ulong UnixMs(DateTimeOffset? time)
        {
            return time == null ? 0 : (ulong)Math.Max(time.Value.ToUnixTimeMilliseconds(), 1);
        }
    }
}
