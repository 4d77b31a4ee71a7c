using System;
using System.Diagnostics.CodeAnalysis;
using System.Threading;
using System.Threading.Tasks;

namespace Mpa.Internal
{
    /// <summary>An operation that is submitted, and the task that is to complete.</summary>
    internal class Submission
    {
        private readonly TaskCompletionSource<MpaResult> source;
        private CancellationTokenRegistration registration;
        private bool ended;

        [AllowNull, MaybeNull]
        private readonly Action<MpaResult> completed;

        /// <summary>Perhaps only this task still needs the client: then it is not to be finalized before
        /// the task has completed.</summary>
        private readonly MpaClient owner;

        internal Submission(
            MpaClient owner, ulong key, bool isInvite, int count, CancellationToken cancellationToken,
            Func<Submission, MpaResult> call, [AllowNull] Action<MpaResult> completed,
            TaskCreationOptions options)
        {
            this.owner = owner;
            this.completed = completed;
            Key = key;
            IsInvite = isInvite;
            Count = count;
            CancellationToken = cancellationToken;
            Call = call;
            source = new TaskCompletionSource<MpaResult>(options);
        }

        /// <summary>The user_data: known before the operation is, whose event may be there before the
        /// call that submits it has returned.</summary>
        internal ulong Key { get; }

        /// <summary>What must not be sent twice.</summary>
        internal bool IsInvite { get; }

        /// <summary>How many users, groups or activities.</summary>
        internal int Count { get; }

        internal CancellationToken CancellationToken { get; }

        /// <summary>Submits it.</summary>
        internal Func<Submission, MpaResult> Call { get; }

        internal virtual bool HasCallback => completed != null;

        internal ulong Operation { get; set; }

        internal bool IsMatch { get; set; }

        /// <summary>A match that goes on: its end is nothing to wait for yet.</summary>
        internal bool IsOpenMatch { get; set; }

        internal Task<MpaResult> Task => source.Task;

        /// <summary>From now on, the cancellation token cancels the operation.</summary>
        internal void CancelWithToken(Native.mpa_client handle)
        {
            if (!CancellationToken.CanBeCanceled)
            {
                return;
            }
            ulong operation = Operation;
            CancellationTokenRegistration registered = CancellationToken.Register(() => Cancel(handle, operation));
            lock (source)
            {
                if (!ended)
                {
                    registration = registered;
                    return;
                }
            }
            registered.Dispose();
        }

        private static unsafe void Cancel(Native.mpa_client handle, ulong operation)
        {
            Native.mpa_cancel(handle, operation, null);
        }

        internal void End(MpaResult result)
        {
            CancellationTokenRegistration registered;
            lock (source)
            {
                ended = true;
                registered = registration;
            }
            registered.Dispose();
            Complete(result);
            GC.KeepAlive(owner);
        }

        protected virtual void Complete(MpaResult result)
        {
            source.TrySetResult(result);
            if (completed != null)
            {
                completed(result);
            }
        }
    }
}
