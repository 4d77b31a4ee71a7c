using System;
using System.Collections.Generic;

namespace Mpa
{
    using Mpa.Internal;

    /// <summary>One lane in numbers: invites of both kinds, or recent players. All but
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
            QueuedBuckets = Copy(raw.queued_buckets);
            WireBuckets = Copy(raw.wire_buckets);
        }

        /// <summary>Operations that were submitted.</summary>
        public long Submitted => (long)raw.submitted;

        /// <summary>Calls that block and began.</summary>
        public long Calls => (long)raw.calls;

        /// <summary>Operations and calls that ended as <see cref="MpaStatus.Ok"/>. With those below, which
        /// ended as the statuses of their names, those that are queued and those that run, it makes up
        /// <see cref="Submitted"/> and <see cref="Calls"/>.</summary>
        public long EndedOk => (long)raw.ended_ok;

        public long EndedCancelled => (long)raw.ended_cancelled;
        public long EndedExpired => (long)raw.ended_expired;
        public long EndedAbandoned => (long)raw.ended_abandoned;
        public long EndedClosed => (long)raw.ended_closed;
        public long EndedAuthorizationNeeded => (long)raw.ended_authorization_needed;
        public long EndedUnauthorized => (long)raw.ended_unauthorized;
        public long EndedForbidden => (long)raw.ended_forbidden;
        public long EndedSignInFailed => (long)raw.ended_sign_in_failed;
        public long EndedRejected => (long)raw.ended_rejected;
        public long EndedThrottled => (long)raw.ended_throttled;
        public long EndedServiceUnavailable => (long)raw.ended_service_unavailable;
        public long EndedUnexpectedAnswer => (long)raw.ended_unexpected_answer;
        public long EndedConnectionFailed => (long)raw.ended_connection_failed;
        public long EndedTlsFailed => (long)raw.ended_tls_failed;
        public long EndedTimedOut => (long)raw.ended_timed_out;
        public long EndedUncertain => (long)raw.ended_uncertain;
        public long EndedInternal => (long)raw.ended_internal;

        /// <summary>Requests of which at least one byte was put on the wire.</summary>
        public long Requests => (long)raw.requests;

        /// <summary>Of those: tried again after another attempt.</summary>
        public long Retries => (long)raw.retries;

        /// <summary>Of those: answered that there are too many.</summary>
        public long Throttled => (long)raw.throttled;

        /// <summary>Users or groups in those requests. Divided by <see cref="Requests"/> it says how
        /// well groups are gathered.</summary>
        public long Items => (long)raw.items;

        /// <summary>How long calls and operations that ended had waited in the library:
        /// <see cref="MpaLimits.StatsBucketCount"/> buckets.</summary>
        public IReadOnlyList<long> QueuedBuckets { get; }

        /// <summary>The sum of it.</summary>
        public TimeSpan QueuedSum => Time.Span(raw.queued_sum_ms);

        /// <summary>How long requests took, from their beginning (connecting included) to their
        /// answer.</summary>
        public IReadOnlyList<long> WireBuckets { get; }

        /// <summary>The sum of it.</summary>
        public TimeSpan WireSum => Time.Span(raw.wire_sum_ms);

        /// <summary>Now: operations that wait in the queue.</summary>
        public long Queued => (long)raw.queued;

        /// <summary>Now: operations that are being done.</summary>
        public long Running => (long)raw.running;

        /// <summary>Now: how long the oldest of those in the queue has waited; zero where there is
        /// none.</summary>
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
