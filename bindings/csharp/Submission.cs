using System.Threading;
using System.Threading.Tasks;

namespace Mpa.Internal
{
    /// <summary>An operation that was submitted, and the task that is to complete.</summary>
    internal sealed unsafe class Submission
    {
        private readonly TaskCompletionSource<MpaResult> source;
        private CancellationTokenRegistration registration;
        private bool ended;

        /// <summary>Nobody may need the client any more but this task: then it is not to be finalized
        /// before the task has completed.</summary>
        private readonly MpaClient owner;

        internal Submission(MpaClient owner, ulong key, int count, TaskCreationOptions options)
        {
            this.owner = owner;
            Key = key;
            Count = count;
            source = new TaskCompletionSource<MpaResult>(options);
        }

        /// <summary>The user_data: known before the operation is, whose event may be there before the
        /// call that submits it has returned.</summary>
        internal ulong Key { get; }

        /// <summary>How many users or groups.</summary>
        internal int Count { get; }

        internal ulong Operation { get; set; }

        internal Task<MpaResult> Task => source.Task;

        /// <summary>From now on, cancelling the token cancels the operation.</summary>
        internal void CancelWith(CancellationToken token, Native.mpa_client handle)
        {
            ulong operation = Operation;
            CancellationTokenRegistration registered =
                token.Register(() => Native.mpa_cancel(handle, operation, null));
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

        internal void End(MpaResult result)
        {
            CancellationTokenRegistration registered;
            lock (source)
            {
                ended = true;
                registered = registration;
            }
            registered.Dispose();
            source.TrySetResult(result);
            System.GC.KeepAlive(owner);
        }
    }
}
