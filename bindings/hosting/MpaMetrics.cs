using System;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using System.Linq;

namespace Mpa.Extensions.Hosting
{
    /// <summary>The statistics of a client as a meter of System.Diagnostics.Metrics. Exporters make the
    /// names of the Prometheus page of them, of which these are a part; completions have no cause here.</summary>
    public sealed class MpaMetrics : IDisposable
    {
        /// <summary>The name to enable in OpenTelemetry and the like.</summary>
        public const string MeterName = "Mpa";

        private static readonly MpaStatus[] Statuses = ((MpaStatus[])Enum.GetValues(typeof(MpaStatus)))
            .Distinct().ToArray();

        private readonly Meter meter = new Meter(MeterName);
        private readonly MpaClient client;

        /// <summary>Publishes the statistics of a client until this is disposed of.</summary>
        public MpaMetrics(MpaClient client)
        {
            this.client = client;
            LaneCounter(
                "mpa.operations.submitted", "{operation}", "Operations that were submitted",
                lane => lane.Submitted);
            LaneCounter("mpa.calls", "{call}", "Blocking calls that began", lane => lane.Calls);
            LaneCounter(
                "mpa.requests", "{request}", "Requests of which at least one byte was sent",
                lane => lane.Requests);
            LaneCounter("mpa.retries", "{request}", "Requests that were sent again", lane => lane.Retries);
            LaneCounter(
                "mpa.throttled", "{request}", "Requests that the service rejected as too many",
                lane => lane.Throttled);
            LaneCounter("mpa.items", "{item}", "Users or groups in requests", lane => lane.Items);
            meter.CreateObservableCounter(
                "mpa.completed", () => Lanes().SelectMany(Completed),
                "{operation}", "Operations and calls that completed");

            LaneGauge(
                "mpa.queued_operations", "{operation}", "Operations that wait in the queue",
                lane => lane.Queued);
            LaneGauge(
                "mpa.running_operations", "{operation}", "Operations in progress", lane => lane.Running);
            LaneGauge(
                "mpa.oldest_queued", "s", "How long the oldest operation has waited",
                lane => lane.OldestQueued.TotalSeconds);
            Gauge(
                "mpa.held_operations", "{operation}", "Places of the queue that are taken",
                stats => stats.HeldOperations);
            Gauge("mpa.held_bytes", "By", "Bytes of the queue that are taken", stats => stats.HeldBytes);
            Gauge(
                "mpa.authorization_expiry_timestamp", "s", "When the authorization expires",
                stats => Unix(stats.AuthorizationExpiresAt));
            Gauge(
                "mpa.certificate_expiry_timestamp", "s", "When the certificate expires",
                stats => Unix(stats.CertificateExpiresAt));
            Gauge(
                "mpa.clock_offset", "s", "By how much the service's clock is ahead",
                stats => stats.ClockOffset?.TotalSeconds);
        }

        private void LaneCounter(string name, string unit, string description, Func<MpaLaneStats, long> value)
        {
            meter.CreateObservableCounter(
                name, () => Lanes().Select(lane => new Measurement<long>(value(lane.Stats), lane.Tag)),
                unit, description);
        }

        private void LaneGauge(string name, string unit, string description, Func<MpaLaneStats, double> value)
        {
            meter.CreateObservableGauge(
                name, () => Lanes().Select(lane => new Measurement<double>(value(lane.Stats), lane.Tag)),
                unit, description);
        }

        /// <summary>A value that is not known is left out.</summary>
        private void Gauge(string name, string unit, string description, Func<MpaStats, double?> value)
        {
            meter.CreateObservableGauge(
                name,
                () => client.TryGetStats(out MpaStats? stats, out _) && value(stats) is double known
                    ? new[] { new Measurement<double>(known) }
                    : Array.Empty<Measurement<double>>(),
                unit, description);
        }

        private IEnumerable<Lane> Lanes()
        {
            return client.TryGetStats(out MpaStats? stats, out _)
                ? new[]
                {
                    new Lane("invites", stats.Invites), new Lane("recent_players", stats.RecentPlayers),
                    new Lane("activities", stats.Activities), new Lane("activity_queries", stats.ActivityQueries),
                }
                : Array.Empty<Lane>();
        }

        private static IEnumerable<Measurement<long>> Completed(Lane lane)
        {
            return Statuses.Select(status => KeyValuePair.Create(status, lane.Stats.Completed(status)))
                .Where(completed => completed.Value > 0)
                .Select(completed => new Measurement<long>(
                    completed.Value, lane.Tag, Tag("status", Label(completed.Key))));
        }

        private static KeyValuePair<string, object?> Tag(string name, string value)
        {
            return KeyValuePair.Create<string, object?>(name, value);
        }

        /// <summary>As on the Prometheus page: "queue_full".</summary>
        private static string Label(MpaStatus status)
        {
            IEnumerable<string> words = status.ToString()
                .Select((letter, i) => (i > 0 && char.IsUpper(letter) ? "_" : "") + char.ToLowerInvariant(letter));
            return string.Concat(words);
        }

        private static double? Unix(DateTimeOffset? time)
        {
            return time?.ToUnixTimeSeconds();
        }

        /// <summary>Removes the meter.</summary>
        public void Dispose()
        {
            meter.Dispose();
        }

        private readonly struct Lane
        {
            public Lane(string name, MpaLaneStats stats)
            {
                Tag = MpaMetrics.Tag("lane", name);
                Stats = stats;
            }

            public KeyValuePair<string, object?> Tag { get; }

            public MpaLaneStats Stats { get; }
        }
    }
}
