using System;
using System.Collections.Generic;
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

        /// <summary>Submits what <see cref="SendInvite"/> sends, and never blocks. Cancelling ends it
        /// as <see cref="MpaStatus.Cancelled"/> where it was not sent yet, and changes nothing
        /// else.</summary>
        public Task<MpaResult> SendInviteAsync(MpaInvite invite, CancellationToken token = default(CancellationToken))
        {
            int count = invite?.InvitedUsers?.Count ?? 0;
            return operations.Submit(this, count, token, submission => Call(invite, submission));
        }

        /// <summary>Submits what <see cref="SendServerInvite"/> sends: as
        /// <see cref="SendInviteAsync"/>.</summary>
        public Task<MpaResult> SendServerInviteAsync(
            MpaServerInvite invite, CancellationToken token = default(CancellationToken))
        {
            int count = invite?.InvitedUsers?.Count ?? 0;
            return operations.Submit(this, count, token, submission => Call(invite, submission));
        }

        /// <summary>Submits what <see cref="PostRecentPlayerGroups"/> sends: as
        /// <see cref="SendInviteAsync"/>. They are held for
        /// <see cref="MpaClientConfig.RecentPlayersHold"/>, and gathered with those of other operations
        /// into full requests.</summary>
        public Task<MpaResult> PostRecentPlayerGroupsAsync(
            IReadOnlyList<MpaRecentPlayerGroup> groups, CancellationToken token = default(CancellationToken))
        {
            int count = groups?.Count ?? 0;
            return operations.Submit(this, count, token, submission => Call(groups, submission));
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
