using System;
using System.Diagnostics.CodeAnalysis;

namespace Mpa
{
    using Mpa.Internal;

    /// <summary>The statistics of a client, since it was opened: as of the call that returned them.</summary>
    public sealed unsafe class MpaStats
    {
        private readonly Native.mpa_stats raw;

        internal MpaStats(Native.mpa_stats raw)
        {
            this.raw = raw;
            Invites = new MpaLaneStats(raw.invites);
            RecentPlayers = new MpaLaneStats(raw.recent_players);
            Activities = new MpaLaneStats(raw.activities);
            ActivityQueries = new MpaLaneStats(raw.activity_queries);
        }

        /// <summary>Invites and server invites.</summary>
        public MpaLaneStats Invites { get; }

        /// <summary>All three calls with recent players.</summary>
        public MpaLaneStats RecentPlayers { get; }

        /// <summary>Activities that are set and deleted.</summary>
        public MpaLaneStats Activities { get; }

        /// <summary>Queries of activities.</summary>
        public MpaLaneStats ActivityQueries { get; }

        /// <summary>Now: places of <see cref="MpaClientConfig.QueueCapacity"/> that are taken, also by operations
        /// that have ended and whose task has not completed yet.</summary>
        public long HeldOperations => (long)raw.held_operations;

        /// <summary>Now: bytes of <see cref="MpaClientConfig.QueueCapacityBytes"/> that are
        /// taken.</summary>
        public long HeldBytes => (long)raw.held_bytes;

        /// <summary>Now: operations that have ended and whose task has not completed yet.</summary>
        public long CompletionsWaiting => (long)raw.completions_waiting;

        /// <summary>Since events were last polled; null: never.</summary>
        public TimeSpan? SinceLastPoll => Since(raw.since_last_poll_ms);

        /// <summary>Since the service last acknowledged a request; null: never.</summary>
        public TimeSpan? SinceLastSuccess => Since(raw.since_last_success_ms);

        /// <summary>When the authorization in use expires; null: unknown, or there is none.</summary>
        public DateTimeOffset? AuthorizationExpiresAt => Time.At(raw.authorization_expires_at_unix_ms);

        /// <summary>When the certificate expires that the client signs in with; null: it does not sign in
        /// by itself.</summary>
        public DateTimeOffset? CertificateExpiresAt => Time.At(raw.certificate_expires_at_unix_ms);

        /// <summary>When the client last signed in with success; null: never.</summary>
        public DateTimeOffset? LastSignInAt => Time.At(raw.last_sign_in_at_unix_ms);

        /// <summary>How often it started to sign in, renewals included.</summary>
        public long SignInAttempts => (long)raw.sign_in_attempts;

        /// <summary>How many of these failed.</summary>
        public long SignInFailures => (long)raw.sign_in_failures;

        /// <summary>By how much the service's clock is ahead of this machine's, to the second; null
        /// before the first response.</summary>
        public TimeSpan? ClockOffset => raw.clock_offset_known == 0
            ? (TimeSpan?)null
            : TimeSpan.FromMilliseconds(raw.clock_offset_ms);

        /// <summary>Writes the numbers in Prometheus' text format (version 0.0.4), with names that begin with "mpa_";
        /// false if the labels are wrong.</summary>
        /// <param name="labels">Put into each line, such as <c>region="eu"</c>, at most 256 bytes. Null: none. If a
        /// process has several clients, each needs its own labels and its own page.</param>
        /// <param name="text">The page.</param>
        /// <param name="result">What is wrong with the labels.</param>
        public bool TryGetPrometheusText(
            [AllowNull] string labels, [MaybeNullWhen(false)] out string text, out MpaResult result)
        {
            text = null;
            using (var texts = new Texts())
            {
                byte* labelText = texts.Add(labels, "labels");
                if (texts.Refusal != null)
                {
                    result = texts.Refusal;
                    return false;
                }
                uint length = 0;
                text = Write(labelText, new byte[MpaLimits.StatsPrometheusSize], ref length, out result);
                if (length >= MpaLimits.StatsPrometheusSize)
                {
                    // Time stamps may have grown by a few digits meanwhile.
                    text = Write(labelText, new byte[length + 1024], ref length, out result);
                }
                return text != null;
            }
        }

        [return: MaybeNull]
        private string Write(byte* labels, byte[] buffer, ref uint length, out MpaResult result)
        {
            var numbers = raw;
            uint written = 0;
            var rawResult = Native.mpa_result.Init();
            fixed (byte* start = buffer)
            {
                int status = Native.mpa_stats_prometheus(
                    &numbers, labels, start, (uint)buffer.Length, &written, &rawResult);
                length = written;
                result = new MpaResult(&rawResult);
                return status == 0 ? Text.Decode(start) : null;
            }
        }

        private static TimeSpan? Since(long ms)
        {
            return ms < 0 ? (TimeSpan?)null : Time.Span((ulong)ms);
        }
    }
}
