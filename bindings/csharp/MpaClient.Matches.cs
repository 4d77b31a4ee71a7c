using System.Diagnostics.CodeAnalysis;
using System.Threading;

namespace Mpa
{
    using Mpa.Internal;

    public sealed partial class MpaClient
    {
        /// <summary>Opens a match: your code says who joins and who leaves, and it reports who met whom. It takes one
        /// place of <see cref="MpaClientConfig.QueueCapacity"/> until its end, and what it reports takes part of
        /// <see cref="MpaClientConfig.QueueCapacityBytes"/>. Closing the client, or draining it, closes its matches.
        /// Never blocks.</summary>
        /// <param name="config">Null: the defaults.</param>
        /// <exception cref="MpaException">There is no room, or the client is closed or being
        /// drained.</exception>
        public MpaMatch OpenMatch([AllowNull] MpaMatchConfig config = null)
        {
            if (!TryOpenMatch(config, out var match, out MpaResult result))
            {
                throw new MpaException(result);
            }
            return match;
        }

        /// <summary>As <see cref="OpenMatch"/>, with a result instead of an exception.</summary>
        public bool TryOpenMatch(
            [AllowNull] MpaMatchConfig config, [MaybeNullWhen(false)] out MpaMatch match, out MpaResult result)
        {
            var opened = default(Native.mpa_match);
            Submission submission = operations.NewSubmission(
                this, false, 0, CancellationToken.None, opening => CallOpen(config, opening, out opened));
            submission.IsMatch = true;
            // Until it is closed, nothing waits for its end.
            submission.IsOpenMatch = true;
            result = operations.TrySubmit(submission);
            match = null;
            if (!result.IsOk)
            {
                return false;
            }
            match = new MpaMatch(this, opened, submission);
            result = MpaResult.OfMatch;
            return true;
        }

        IMpaMatch IMpaMatchClient.OpenMatch([AllowNull] MpaMatchConfig config)
        {
            return OpenMatch(config);
        }

        bool IMpaMatchClient.TryOpenMatch(
            [AllowNull] MpaMatchConfig config, [MaybeNullWhen(false)] out IMpaMatch match, out MpaResult result)
        {
            bool isOpen = TryOpenMatch(config, out var opened, out result);
            match = opened;
            return isOpen;
        }

        private unsafe MpaResult CallOpen(
            [AllowNull] MpaMatchConfig config, Submission submission, out Native.mpa_match opened)
        {
            var raw = Native.mpa_match_config.Init();
            raw.minimum_together_ms = config == null ? 0 : Time.Limit(config.MinimumTogether);
            // Its completion comes with this, also where the client closes it.
            raw.user_data = submission.Key;
            var match = default(Native.mpa_match);
            var result = Native.mpa_result.Init();
            Native.mpa_match_open(handle, &raw, &match, &result);
            opened = match;
            return Submitted(submission, 0, &result, 0);
        }
    }
}
