using System;
using System.Diagnostics;
using System.Threading.Tasks;

namespace Mpa
{
    using Mpa.Internal;

    // How a client ends.
    public sealed partial class MpaClient : IDisposable
#if NETCOREAPP3_0_OR_GREATER || NETSTANDARD2_1_OR_GREATER || NET_STANDARD_2_1
        , IAsyncDisposable
#endif
    {
        /// <summary>Closes the client: operations, and calls of other threads, may finish until the deadline; then
        /// they are aborted. Every pending task has completed when it returns. Blocks up to the deadline, and up to 1
        /// s more while operations that are aborted report how they ended; not at all if there are neither operations
        /// nor calls.</summary>
        public MpaCloseReport Close(TimeSpan deadline)
        {
            return Close(Time.Deadline(deadline));
        }

        /// <summary>As <see cref="Close(TimeSpan)"/>, with <see cref="MpaClientConfig.CloseDeadline"/>. Has no effect
        /// on a client that is closed already.</summary>
        public void Dispose()
        {
            Close(closeDeadlineMs);
        }

        /// <summary>As <see cref="Close(TimeSpan)"/>, but waits for operations without blocking; it still blocks
        /// while calls of other threads finish, up to what is left of the deadline. If the host polls, keep polling
        /// until this has completed.</summary>
        public Task<MpaCloseReport> CloseAsync(TimeSpan deadline)
        {
            return CloseAsync(Time.Deadline(deadline));
        }

        /// <summary>As <see cref="CloseAsync(TimeSpan)"/>, with
        /// <see cref="MpaClientConfig.CloseDeadline"/>.</summary>
#if NETCOREAPP3_0_OR_GREATER || NETSTANDARD2_1_OR_GREATER || NET_STANDARD_2_1
        public ValueTask DisposeAsync()
        {
            return new ValueTask(CloseAsync(closeDeadlineMs));
        }
#else
        public Task DisposeAsync()
        {
            return CloseAsync(closeDeadlineMs);
        }
#endif

        private async Task<MpaCloseReport> CloseAsync(uint deadlineMs)
        {
            var clock = Stopwatch.StartNew();
            await operations.DrainAsync(deadlineMs).ConfigureAwait(operations.HostPolls);
            return Close(Time.Left(deadlineMs, clock));
        }

        private MpaCloseReport Close(uint deadlineMs)
        {
            var clock = Stopwatch.StartNew();
            operations.DrainHere(deadlineMs);
            MpaCloseReport report = operations.Close(Time.Left(deadlineMs, clock));
            // A second call finds nothing pending any more.
            operations.Abandon();
            GC.SuppressFinalize(this);
            return report;
        }

        /// <summary>Closes all clients of this process that were opened with this
        /// <see cref="MpaClientConfig.OwnerTag"/>, also those of an AppDomain that is gone, within one deadline for
        /// all of them. <see cref="MpaStatus.InvalidArgument"/> for 0; else <see cref="MpaStatus.Ok"/>. Blocks up to
        /// the deadline. Their tasks complete in the next <see cref="Poll"/>, or on the thread that completes the
        /// others.</summary>
        public static MpaStatus CloseAll(ulong ownerTag, TimeSpan deadline)
        {
            return (MpaStatus)Native.mpa_close_all(ownerTag, Time.Deadline(deadline));
        }

        /// <summary>Blocks until the operations that were submitted before have ended, or as
        /// <see cref="MpaStatus.TimedOut"/> until the deadline; held ones are sent at once. Do not call it on the
        /// game thread. If the host polls, their tasks complete in the next <see cref="Poll"/>.</summary>
        public MpaResult Flush(TimeSpan deadline)
        {
            MpaResult flushed = operations.Flush(Time.Deadline(deadline));
            GC.KeepAlive(this);
            return flushed;
        }

        /// <summary>Completes when the tasks of all operations that were submitted before have completed; held ones
        /// are sent at once. Completes as <see cref="MpaStatus.TimedOut"/> after the deadline, while they continue.
        /// If the host polls, keep polling.</summary>
        public async Task<MpaResult> FlushAsync(TimeSpan deadline)
        {
            MpaResult begun = Flush(TimeSpan.Zero);
            if (!begun.IsOk && begun.Status != MpaStatus.TimedOut)
            {
                return begun;
            }
            Task ended = operations.Pending();
            bool inTime = await Time.EndsWithin(ended, Time.Deadline(deadline))
                .ConfigureAwait(operations.HostPolls);
            GC.KeepAlive(this);
            return MpaResult.Flushed(inTime);
        }
    }
}
