using System;
using System.Collections.Generic;

namespace Mpa
{
    using Mpa.Internal;

    /// <summary>The statistics of one lane: a kind of calls that do not wait for those of another. All but
    /// <see cref="Queued"/>, <see cref="Running"/> and <see cref="OldestQueued"/> only grow, so that
    /// those of many clients, or of a fleet, can be added up.</summary>
    /// <remarks>Buckets count what took up to 1, 5, 10, 25, 50, 100, 250, 500, 1,000, 2,500, 5,000,
    /// 10,000, 30,000, 60,000 and 300,000 ms; the last one counts all. Each includes those before
    /// it.</remarks>
    public sealed unsafe class MpaLaneStats
    {
        private readonly Native.mpa_lane_stats raw;

        internal MpaLaneStats(Native.mpa_lane_stats raw)
        {
            this.raw = raw;
            QueueWaitBuckets = Copy(raw.queue_wait_buckets);
            RequestDurationBuckets = Copy(raw.request_duration_buckets);
        }

        /// <summary>Operations that were submitted.</summary>
        public long Submitted => (long)raw.submitted;

        /// <summary>Blocking calls that began.</summary>
        public long Calls => (long)raw.calls;

        /// <summary>How many operations and blocking calls have ended with this status, whatever the
        /// cause; 0 for a status that none ends with. All of them, <see cref="Queued"/>,
        /// <see cref="Running"/> and blocking calls under way make up <see cref="Submitted"/> and
        /// <see cref="Calls"/>.</summary>
        public long Completed(MpaStatus status)
        {
            Native.mpa_lane_stats lane = raw;
            return (long)Native.mpa_lane_stats_completed(&lane, (int)status);
        }

        /// <summary>Those of them that had this cause; <see cref="MpaStatus.Ok"/>: none.</summary>
        public long Completed(MpaStatus status, MpaStatus cause)
        {
            Native.mpa_lane_stats lane = raw;
            int ofStatus, ofCause;
            for (uint i = 0; Native.mpa_completion_kind(i, &ofStatus, &ofCause) != 0; i++)
            {
                if (ofStatus == (int)status && ofCause == (int)cause)
                {
                    return (long)lane.completed[i];
                }
            }
            return 0;
        }

        /// <summary>Requests of which at least one byte was sent.</summary>
        public long Requests => (long)raw.requests;

        /// <summary>Of those: sent again after another attempt.</summary>
        public long Retries => (long)raw.retries;

        /// <summary>Of those: rejected by the service as too many.</summary>
        public long Throttled => (long)raw.throttled;

        /// <summary>Users or groups in those requests. Divided by <see cref="Requests"/> it says how well groups are
        /// combined.</summary>
        public long Items => (long)raw.items;

        /// <summary>How long operations and blocking calls that have ended had waited in the library:
        /// <see cref="MpaLimits.StatsBucketCount"/> buckets.</summary>
        public IReadOnlyList<long> QueueWaitBuckets { get; }

        /// <summary>The sum of it.</summary>
        public TimeSpan QueueWaitSum => Time.Span(raw.queue_wait_sum_ms);

        /// <summary>How long requests took, from their beginning (connecting included) to their response.</summary>
        public IReadOnlyList<long> RequestDurationBuckets { get; }

        /// <summary>The sum of it.</summary>
        public TimeSpan RequestDurationSum => Time.Span(raw.request_duration_sum_ms);

        /// <summary>Now: operations that wait in the queue.</summary>
        public long Queued => (long)raw.queued;

        /// <summary>Now: operations that a worker is processing.</summary>
        public long Running => (long)raw.running;

        /// <summary>Now: how long the oldest of those in the queue has waited; zero if there is none.</summary>
        public TimeSpan OldestQueued => Time.Span(raw.oldest_queued_ms);

        private static long[] Copy(ulong* buckets)
        {
            var copies = new long[MpaLimits.StatsBucketCount];
            for (int i = 0; i < copies.Length; i++)
            {
                copies[i] = (long)buckets[i];
            }
            return copies;
        }
    }
}
