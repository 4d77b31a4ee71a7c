using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace Mpa
{
    /// <summary>What game code calls of an <see cref="MpaClient"/>, so that a test can put an object of its
    /// own in its place. Results are constructed with
    /// <c>new MpaResult(MpaStatus.Throttled, total: 2)</c>. Members may be added.</summary>
    public interface IMpaClient : IDisposable
    {
        /// <summary>See <see cref="MpaClient.SendInvite"/>.</summary>
        MpaResult SendInvite(MpaInvite invite);

        /// <summary>See <see cref="MpaClient.SendServerInvite"/>.</summary>
        MpaResult SendServerInvite(MpaServerInvite invite);

        /// <summary>See <see cref="MpaClient.PostRecentPlayerGroups"/>.</summary>
        MpaResult PostRecentPlayerGroups(IReadOnlyList<MpaRecentPlayerGroup> groups);

        /// <summary>See <see cref="MpaClient.SendInviteAsync"/>.</summary>
        Task<MpaResult> SendInviteAsync(
            MpaInvite invite, CancellationToken cancellationToken = default(CancellationToken));

        /// <summary>See <see cref="MpaClient.SendServerInviteAsync"/>.</summary>
        Task<MpaResult> SendServerInviteAsync(
            MpaServerInvite invite, CancellationToken cancellationToken = default(CancellationToken));

        /// <summary>See <see cref="MpaClient.PostRecentPlayerGroupsAsync"/>.</summary>
        Task<MpaResult> PostRecentPlayerGroupsAsync(
            IReadOnlyList<MpaRecentPlayerGroup> groups,
            CancellationToken cancellationToken = default(CancellationToken));

        /// <summary>See <see cref="MpaClient.SetAuthorization"/>.</summary>
        MpaResult SetAuthorization(MpaAuthorization authorization);

        /// <summary>See <see cref="MpaClient.AuthorizationNeeded"/>.</summary>
        event EventHandler<MpaAuthorizationNeededEventArgs> AuthorizationNeeded;

        /// <summary>See <see cref="MpaClient.Poll"/>.</summary>
        int Poll();

        /// <summary>See <see cref="MpaClient.FlushAsync"/>.</summary>
        Task<MpaResult> FlushAsync(TimeSpan deadline);

        /// <summary>See <see cref="MpaClient.DrainAsync"/>.</summary>
        Task<MpaResult> DrainAsync(TimeSpan deadline);

        /// <summary>See <see cref="MpaClient.CloseAsync(TimeSpan)"/>.</summary>
        Task<MpaCloseReport> CloseAsync(TimeSpan deadline);
    }
}
