using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Threading;
using System.Threading.Tasks;

namespace Mpa
{
    using Mpa.Internal;

    // What returns at once. Each task completes exactly once, always with an MpaResult: also where it was
    // refused or cancelled, and where the client was closed.
    public sealed partial class MpaClient
    {
        private readonly Operations operations;

        /// <summary>Submits what <see cref="SendInvite"/> sends, and never blocks. Cancelling ends it as
        /// <see cref="MpaStatus.Cancelled"/> if it was not sent yet, and has no other effect. If it is refused, the
        /// task completes with that result.</summary>
        public Task<MpaResult> SendInviteAsync(
            MpaInvite invite, CancellationToken cancellationToken = default(CancellationToken))
        {
            return operations.Submit(New(invite, cancellationToken));
        }

        /// <summary>Submits what <see cref="SendServerInvite"/> sends: as
        /// <see cref="SendInviteAsync"/>.</summary>
        public Task<MpaResult> SendServerInviteAsync(
            MpaServerInvite invite, CancellationToken cancellationToken = default(CancellationToken))
        {
            return operations.Submit(New(invite, cancellationToken));
        }

        /// <summary>Submits what <see cref="PostRecentPlayerGroups"/> sends: as <see cref="SendInviteAsync"/>. They
        /// are held for <see cref="MpaClientConfig.RecentPlayersHold"/>, and combined with those of other operations
        /// into full requests.</summary>
        public Task<MpaResult> PostRecentPlayerGroupsAsync(
            IReadOnlyList<MpaRecentPlayerGroup> groups,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return operations.Submit(New(groups, cancellationToken));
        }

        /// <summary>Submits as <see cref="SendInviteAsync"/>, for code that does not await. Never blocks.
        /// <paramref name="completed"/> is called exactly once, also if it is refused, and never before this
        /// has returned if the host polls: inside <see cref="Poll"/>, or on another thread, as handlers of
        /// events are.</summary>
        public void SubmitInvite(MpaInvite invite, Action<MpaResult> completed)
        {
            operations.Submit(New(invite, CancellationToken.None, completed));
        }

        /// <summary>As <see cref="SubmitInvite"/>.</summary>
        public void SubmitServerInvite(MpaServerInvite invite, Action<MpaResult> completed)
        {
            operations.Submit(New(invite, CancellationToken.None, completed));
        }

        /// <summary>As <see cref="SubmitInvite"/>.</summary>
        public void SubmitRecentPlayerGroups(
            IReadOnlyList<MpaRecentPlayerGroup> groups, Action<MpaResult> completed)
        {
            operations.Submit(New(groups, CancellationToken.None, completed));
        }

        /// <summary>Waits for room in the queue, without blocking, and submits, in the order of these calls:
        /// for producers that are faster than the service. The task completes once it is in the queue;
        /// <see cref="MpaOperation.Completion"/> does once the operation has ended. Until the first has
        /// completed, do not change the invite.</summary>
        public Task<MpaOperation> EnqueueInviteAsync(
            MpaInvite invite, CancellationToken cancellationToken = default(CancellationToken))
        {
            return operations.EnqueueAsync(New(invite, cancellationToken));
        }

        /// <summary>As <see cref="EnqueueInviteAsync"/>.</summary>
        public Task<MpaOperation> EnqueueServerInviteAsync(
            MpaServerInvite invite, CancellationToken cancellationToken = default(CancellationToken))
        {
            return operations.EnqueueAsync(New(invite, cancellationToken));
        }

        /// <summary>As <see cref="EnqueueInviteAsync"/>.</summary>
        public Task<MpaOperation> EnqueueRecentPlayerGroupsAsync(
            IReadOnlyList<MpaRecentPlayerGroup> groups,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return operations.EnqueueAsync(New(groups, cancellationToken));
        }

        private Submission New(
            [AllowNull] IInvite invite, CancellationToken cancellationToken,
            [AllowNull] Action<MpaResult> completed = null)
        {
            int count = invite?.InvitedUsers?.Count ?? 0;
            return operations.NewSubmission(
                this, true, count, cancellationToken, submission => Call(invite, submission), completed);
        }

        private Submission New(
            IReadOnlyList<MpaRecentPlayerGroup> groups, CancellationToken cancellationToken,
            [AllowNull] Action<MpaResult> completed = null)
        {
            int count = groups?.Count ?? 0;
            return operations.NewSubmission(
                this, false, count, cancellationToken, submission => Call(groups, submission), completed);
        }

        /// <summary>Completes the tasks of the operations that have ended, and calls handlers and callbacks, on this
        /// thread: with <see cref="MpaClientConfig.HostPolls"/>, call it in each frame; otherwise it has no effect.
        /// Returns how many events there were. Never blocks.</summary>
        public int Poll()
        {
            int events = operations.Poll();
            GC.KeepAlive(this);
            return events;
        }

        /// <summary>Starts draining: from now on submits are refused as <see cref="MpaStatus.Closed"/>, and what was
        /// held is sent at once. After the deadline, what has not ended is aborted. Completes when all operations
        /// have ended, soon after the deadline at the latest. If the host polls, keep polling. Close the client
        /// afterwards.</summary>
        public Task<MpaResult> DrainAsync(TimeSpan deadline)
        {
            Task<MpaResult> drained = operations.DrainAsync(Time.Deadline(deadline));
            GC.KeepAlive(this);
            return drained;
        }
    }
}
