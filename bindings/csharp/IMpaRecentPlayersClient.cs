using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Threading;
using System.Threading.Tasks;

namespace Mpa
{
    /// <summary>The recent players of an <see cref="MpaClient"/> one by one, as <see cref="IMpaClient"/> is for the
    /// rest. Members may be added.</summary>
    public interface IMpaRecentPlayersClient
    {
        /// <summary>See <see cref="MpaClient.PostRecentPlayers"/>.</summary>
        MpaResult PostRecentPlayers(
            IReadOnlyList<MpaRecentPlayer> players, [AllowNull] MpaAuthorization authorization = null);

        /// <summary>See <see cref="MpaClient.PostServerRecentPlayers"/>.</summary>
        MpaResult PostServerRecentPlayers(IReadOnlyList<MpaUserRecentPlayers> users);

        /// <summary>See <see cref="MpaClient.PostRecentPlayersAsync"/>.</summary>
        Task<MpaResult> PostRecentPlayersAsync(
            IReadOnlyList<MpaRecentPlayer> players, [AllowNull] MpaAuthorization authorization = null,
            CancellationToken cancellationToken = default(CancellationToken));

        /// <summary>See <see cref="MpaClient.PostServerRecentPlayersAsync"/>.</summary>
        Task<MpaResult> PostServerRecentPlayersAsync(
            IReadOnlyList<MpaUserRecentPlayers> users,
            CancellationToken cancellationToken = default(CancellationToken));
    }
}
