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

        /// <summary>Submits what <see cref="SendInvite(MpaInvite)"/> sends, and never blocks. Cancelling
        /// ends it as <see cref="MpaStatus.Cancelled"/> where it was not sent yet, and changes nothing
        /// else. Where it is refused, the task completes with that result.</summary>
        public Task<MpaResult> SendInviteAsync(
            MpaInvite invite, CancellationToken token = default(CancellationToken))
        {
            return operations.Submit(New(invite, token));
        }

        /// <summary>Submits what <see cref="SendServerInvite(MpaServerInvite)"/> sends: as
        /// <see cref="SendInviteAsync"/>.</summary>
        public Task<MpaResult> SendServerInviteAsync(
            MpaServerInvite invite, CancellationToken token = default(CancellationToken))
        {
            return operations.Submit(New(invite, token));
        }

        /// <summary>Submits what
        /// <see cref="PostRecentPlayerGroups(IReadOnlyList{MpaRecentPlayerGroup})"/> sends: as
        /// <see cref="SendInviteAsync"/>. They are held for
        /// <see cref="MpaClientConfig.RecentPlayersHold"/>, and gathered with those of other operations
        /// into full requests.</summary>
        public Task<MpaResult> PostRecentPlayerGroupsAsync(
            IReadOnlyList<MpaRecentPlayerGroup> groups, CancellationToken token = default(CancellationToken))
        {
            return operations.Submit(New(groups, token));
        }

        /// <summary>Submits as <see cref="SendInviteAsync"/>, for code that does not await. Refusals take
        /// the same way as completions: <paramref name="completed"/> is called exactly once, later, where
        /// handlers of events are: inside <see cref="Poll"/>, or on another thread.</summary>
        public void SendInvite(MpaInvite invite, Action<MpaResult> completed)
        {
            operations.Submit(New(invite, CancellationToken.None, completed));
        }

        /// <summary>As <see cref="SendInvite(MpaInvite, Action{MpaResult})"/>.</summary>
        public void SendServerInvite(MpaServerInvite invite, Action<MpaResult> completed)
        {
            operations.Submit(New(invite, CancellationToken.None, completed));
        }

        /// <summary>As <see cref="SendInvite(MpaInvite, Action{MpaResult})"/>.</summary>
        public void PostRecentPlayerGroups(
            IReadOnlyList<MpaRecentPlayerGroup> groups, Action<MpaResult> completed)
        {
            operations.Submit(New(groups, CancellationToken.None, completed));
        }

        /// <summary>Submits as soon as there is room in the queue, in the order of these calls, and
        /// completes then: for producers that are faster than the service. The operation's own end is
        /// <see cref="MpaOperation.Completion"/>. Do not change the invite before.</summary>
        public Task<MpaOperation> SubmitInviteAsync(
            MpaInvite invite, CancellationToken token = default(CancellationToken))
        {
            return operations.SubmitWhenThereIsRoom(New(invite, token));
        }

        /// <summary>As <see cref="SubmitInviteAsync"/>.</summary>
        public Task<MpaOperation> SubmitServerInviteAsync(
            MpaServerInvite invite, CancellationToken token = default(CancellationToken))
        {
            return operations.SubmitWhenThereIsRoom(New(invite, token));
        }

        /// <summary>As <see cref="SubmitInviteAsync"/>.</summary>
        public Task<MpaOperation> SubmitRecentPlayerGroupsAsync(
            IReadOnlyList<MpaRecentPlayerGroup> groups, CancellationToken token = default(CancellationToken))
        {
            return operations.SubmitWhenThereIsRoom(New(groups, token));
        }

        private Submission New(
            [AllowNull] IInvite invite, CancellationToken token, [AllowNull] Action<MpaResult> completed = null)
        {
            int count = invite?.InvitedUsers?.Count ?? 0;
            return operations.NewSubmission(
                this, true, count, token, submission => Call(invite, submission), completed);
        }

        private Submission New(
            IReadOnlyList<MpaRecentPlayerGroup> groups, CancellationToken token,
            [AllowNull] Action<MpaResult> completed = null)
        {
            int count = groups?.Count ?? 0;
            return operations.NewSubmission(
                this, false, count, token, submission => Call(groups, submission), completed);
        }

        /// <summary>Completes the tasks of the operations that have ended, on this thread: with
        /// <see cref="MpaClientConfig.HostPolls"/>, call it each frame. Returns how many events there
        /// were. Never blocks.</summary>
        public int Poll()
        {
            int events = operations.Poll();
            GC.KeepAlive(this);
            return events;
        }

        /// <summary>Ends the taking of operations, and completes when all have ended, which is after
        /// the deadline at the latest. Where the host polls, go on polling. Close the client
        /// afterwards.</summary>
        public Task<MpaResult> DrainAsync(TimeSpan deadline)
        {
            Task<MpaResult> drained = operations.DrainAsync(Time.Deadline(deadline));
            GC.KeepAlive(this);
            return drained;
        }
    }
}
