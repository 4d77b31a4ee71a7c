using System;
using System.Diagnostics.CodeAnalysis;
using System.Threading;
using System.Threading.Tasks;

namespace Mpa.Internal
{
    /// <summary>A query that is submitted, and the task that is to complete with what it has found.</summary>
    internal sealed class QuerySubmission : Submission
    {
        private readonly TaskCompletionSource<MpaActivities> source;

        [AllowNull, MaybeNull]
        private readonly Action<MpaActivities> completed;

        private MpaActivityRecord[] records = new MpaActivityRecord[0];

        internal QuerySubmission(
            MpaClient owner, ulong key, int count, CancellationToken cancellationToken,
            Func<Submission, MpaResult> call, [AllowNull] Action<MpaActivities> completed, TaskCreationOptions options)
            : base(owner, key, false, count, cancellationToken, call, null, options)
        {
            this.completed = completed;
            source = new TaskCompletionSource<MpaActivities>(options);
        }

        internal Task<MpaActivities> Found => source.Task;

        internal override bool HasCallback => completed != null;

        /// <summary>Takes what was found, and gives its memory back.</summary>
        internal void Take([AllowNull] ActivityRecords found)
        {
            if (found == null)
            {
                return;
            }
            using (found)
            {
                records = found.ToArray();
            }
        }

        protected override void Complete(MpaResult result)
        {
            var activities = new MpaActivities(result, records);
            source.TrySetResult(activities);
            completed?.Invoke(activities);
            // For those who wait for all that is pending.
            base.Complete(result);
        }
    }
}
