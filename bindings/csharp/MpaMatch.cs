using System;
using System.Threading.Tasks;

namespace Mpa
{
    using Mpa.Internal;

    /// <summary>A match: every two players who were in it at the same time are reported as having met, and no others,
    /// with the fewest groups that say so. Opened by <see cref="MpaClient.OpenMatch"/>. It may go on for as long as the
    /// server runs. No member blocks, and each may be called from any thread at any time.</summary>
    public sealed class MpaMatch : IMpaMatch
    {
        private readonly MpaClient client;
        private readonly Native.mpa_match handle;
        private readonly Submission submission;

        internal MpaMatch(MpaClient client, Native.mpa_match handle, Submission submission)
        {
            this.client = client;
            this.handle = handle;
            this.submission = submission;
        }

        /// <summary>A match that was not closed is closed.</summary>
        unsafe ~MpaMatch()
        {
            Native.mpa_match_close(handle, submission.Key, null, null);
        }

        /// <summary>Completes once the match is closed, by <see cref="CloseAsync"/> or by its client, and all its
        /// reports have ended. The result counts over all of it, in groups, or in users where teams require that; its
        /// message says how much there was.</summary>
        public Task<MpaResult> Completion => submission.Task;

        /// <summary>A player joins. Allocates nothing unless it is refused.</summary>
        /// <param name="xuid">The XUID of the player.</param>
        /// <param name="team">Any number that the players of one team have in common: they are reported as teammates,
        /// those of different teams as opponents. 0: none.</param>
        /// <returns><see cref="MpaStatus.InvalidArgument"/> if the player is in the match already, or the match is
        /// full; <see cref="MpaStatus.Closed"/> or <see cref="MpaStatus.InvalidHandle"/> after the end. Then nothing
        /// has changed.</returns>
        public unsafe MpaResult Join(ulong xuid, uint team = 0)
        {
            var raw = Native.mpa_result.Init();
            int status = Native.mpa_match_join(handle, xuid, team, &raw);
            GC.KeepAlive(this);
            return status == 0 ? MpaResult.OfMatch : new MpaResult(&raw);
        }

        /// <summary>A player leaves. Allocates nothing unless it is refused.</summary>
        /// <returns><see cref="MpaStatus.InvalidArgument"/> if the player is not in the match;
        /// <see cref="MpaStatus.Closed"/> or <see cref="MpaStatus.InvalidHandle"/> after the end. Then nothing has
        /// changed. <see cref="MpaStatus.QueueFull"/> or <see cref="MpaStatus.EventsNotPolled"/>: the player has
        /// left, and <see cref="Completion"/> counts what could not be reported.</returns>
        public unsafe MpaResult Leave(ulong xuid)
        {
            var raw = Native.mpa_result.Init();
            int status = Native.mpa_match_leave(handle, xuid, &raw);
            GC.KeepAlive(this);
            return status == 0 ? MpaResult.OfMatch : new MpaResult(&raw);
        }

        /// <summary>All players leave, and no more can join. Returns <see cref="Completion"/>; a second call does
        /// too. If the host polls, keep polling.</summary>
        public Task<MpaResult> CloseAsync()
        {
            Dispose();
            return Completion;
        }

        /// <summary>As <see cref="CloseAsync"/>, without its task.</summary>
        public unsafe void Dispose()
        {
            // Before its event can come. A call that is not the first finds the handle closed.
            submission.IsOpenMatch = false;
            Native.mpa_match_close(handle, submission.Key, null, null);
            GC.KeepAlive(client);
            GC.SuppressFinalize(this);
        }
    }
}
