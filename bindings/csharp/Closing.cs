using System;
using System.Diagnostics;
using System.Threading.Tasks;

namespace Mpa
{
    // How a client ends. Nothing in here needs unsafe code, in which nothing could be awaited.
    public sealed partial class Client
    {
        /// <summary>Closes the client: operations, and calls of other threads, may end until the
        /// deadline and are cut then. Completes every task that is pending, before it returns. Null
        /// where it was closed already.</summary>
        public CloseReport Close(TimeSpan deadline)
        {
            return Close(Time.Deadline(deadline));
        }

        /// <summary>As <see cref="Close(TimeSpan)"/>, with <see cref="ClientConfig.CloseDeadline"/>.
        /// Does nothing where it was closed already.</summary>
        public void Dispose()
        {
            Close(closeDeadlineMs);
        }

        /// <summary>As <see cref="Close(TimeSpan)"/>, but waits for operations without blocking. Where
        /// the host polls, go on polling until this has completed.</summary>
        public Task<CloseReport> CloseAsync(TimeSpan deadline)
        {
            return CloseAsync(Time.Deadline(deadline));
        }

        /// <summary>As <see cref="CloseAsync(TimeSpan)"/>, with
        /// <see cref="ClientConfig.CloseDeadline"/>.</summary>
        public Task DisposeAsync()
        {
            return CloseAsync(closeDeadlineMs);
        }

        private async Task<CloseReport> CloseAsync(uint deadlineMs)
        {
            var clock = Stopwatch.StartNew();
            await operations.DrainAsync(deadlineMs).ConfigureAwait(operations.HostPolls);
            return Close(Time.Left(deadlineMs, clock));
        }

        private CloseReport Close(uint deadlineMs)
        {
            var clock = Stopwatch.StartNew();
            operations.DrainHere(deadlineMs);
            CloseReport report = operations.Close(Time.Left(deadlineMs, clock));
            // Whoever comes second finds nothing pending any more.
            operations.Abandon();
            GC.SuppressFinalize(this);
            return report;
        }

        /// <summary>Closes all clients of this process that were opened with this
        /// <see cref="ClientConfig.OwnerTag"/>, also those of an AppDomain that is gone, within one
        /// deadline for all. <see cref="Status.InvalidArgument"/> for 0, which is nobody's tag; else
        /// <see cref="Status.Ok"/>. Blocks up to the deadline. Tasks complete with the next
        /// <see cref="Poll"/>, or by the thread that completes the others.</summary>
        public static Status CloseAll(ulong ownerTag, TimeSpan deadline)
        {
            return (Status)Native.mpa_close_all(ownerTag, Time.Deadline(deadline));
        }

        /// <summary>Waits until the operations that were submitted before have ended, without holding
        /// any of them back: not for a game's own thread. Where the host polls, their tasks complete
        /// with the next <see cref="Poll"/>.</summary>
        public Result Flush(TimeSpan deadline)
        {
            Result flushed = operations.Flush(Time.Deadline(deadline));
            GC.KeepAlive(this);
            return flushed;
        }

        /// <summary>Completes when the tasks of all operations that were submitted before have, without
        /// holding any of them back; as <see cref="Status.TimedOut"/> after the deadline, when they go
        /// on. Where the host polls, go on polling.</summary>
        public async Task<Result> FlushAsync(TimeSpan deadline)
        {
            Result begun = Flush(TimeSpan.Zero);
            if (!begun.IsOk && begun.Status != Status.TimedOut)
            {
                return begun;
            }
            Task ended = operations.Pending();
            bool inTime = await Time.EndsWithin(ended, Time.Deadline(deadline))
                .ConfigureAwait(operations.HostPolls);
            GC.KeepAlive(this);
            return Result.Flushed(inTime);
        }
    }
}
