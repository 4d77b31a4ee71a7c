using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Threading;
using System.Threading.Tasks;

namespace Mpa.Internal
{
    /// <summary>Submissions that wait for room in the queue, in the order in which they came. Each
    /// completion that is polled makes room.</summary>
    internal sealed class WaitingSubmissions
    {
        private readonly Operations operations;
        private readonly LinkedList<Waiter> waiters = new LinkedList<Waiter>();

        internal WaitingSubmissions(Operations operations)
        {
            this.operations = operations;
        }

        internal Task<MpaOperation> Add(Submission submission)
        {
            var waiter = new Waiter(submission, operations.Options);
            lock (waiters)
            {
                waiters.AddLast(waiter);
            }
            Serve();
            if (!waiter.Task.IsCompleted && submission.CancellationToken.CanBeCanceled)
            {
                var registration = submission.CancellationToken.Register(() => Cancel(waiter));
                waiter.Task.ContinueWith(
                    done => registration.Dispose(), CancellationToken.None,
                    TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
            return waiter.Task;
        }

        /// <summary>Submits those for which there is room.</summary>
        internal void Serve()
        {
            while (true)
            {
                Waiter first;
                lock (waiters)
                {
                    if (waiters.First == null)
                    {
                        return;
                    }
                    first = waiters.First.Value;
                    // Here, so that they are submitted in their order.
                    if (!first.TrySubmit(operations))
                    {
                        return;
                    }
                    waiters.RemoveFirst();
                }
                first.Complete();
            }
        }

        private void Cancel(Waiter waiter)
        {
            lock (waiters)
            {
                if (!waiters.Remove(waiter))
                {
                    return;
                }
            }
            // Its cancellation token is cancelled: this ends at once.
            waiter.TrySubmit(operations);
            waiter.Complete();
        }

        private sealed class Waiter
        {
            private readonly TaskCompletionSource<MpaOperation> source;
            private readonly Submission submission;

            [AllowNull, MaybeNull]
            private MpaResult submitted;

            [AllowNull, MaybeNull]
            private Exception thrown;

            internal Waiter(Submission submission, TaskCreationOptions options)
            {
                this.submission = submission;
                source = new TaskCompletionSource<MpaOperation>(options);
            }

            internal Task<MpaOperation> Task => source.Task;

            /// <summary>False if there is still no room.</summary>
            internal bool TrySubmit(Operations operations)
            {
                try
                {
                    submitted = operations.TrySubmit(submission);
                    return submitted.Status != MpaStatus.QueueFull
                        && submitted.Status != MpaStatus.EventsNotPolled;
                }
                catch (Exception exception)
                {
                    // From a list of the caller's, or because the native library is missing.
                    thrown = exception;
                    return true;
                }
            }

            internal void Complete()
            {
                if (thrown != null)
                {
                    source.TrySetException(thrown);
                    return;
                }
                if (submitted != null && !submitted.IsOk)
                {
                    submission.End(submitted);
                }
                source.TrySetResult(new MpaOperation(submission.Operation, submission.Task));
            }
        }
    }
}
