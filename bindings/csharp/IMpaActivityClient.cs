using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Threading;
using System.Threading.Tasks;

namespace Mpa
{
    /// <summary>The activities of an <see cref="MpaClient"/>, as <see cref="IMpaClient"/> is for the rest. Members may
    /// be added.</summary>
    public interface IMpaActivityClient
    {
        /// <summary>See <see cref="MpaClient.SetActivity"/>.</summary>
        MpaResult SetActivity(ulong xuid, MpaActivity activity);

        /// <summary>See <see cref="MpaClient.DeleteActivity"/>.</summary>
        MpaResult DeleteActivity(
            ulong xuid, ulong sequenceNumber = 0, [AllowNull] MpaAuthorization authorization = null);

        /// <summary>See <see cref="MpaClient.QueryActivities"/>.</summary>
        MpaActivities QueryActivities(
            IReadOnlyList<ulong> xuids, [AllowNull] MpaAuthorization authorization = null);

        /// <summary>See <see cref="MpaClient.GetActivities"/>.</summary>
        MpaActivities GetActivities(ulong xuid, [AllowNull] MpaAuthorization authorization = null);

        /// <summary>See <see cref="MpaClient.SetActivityAsync"/>.</summary>
        Task<MpaResult> SetActivityAsync(
            ulong xuid, MpaActivity activity, CancellationToken cancellationToken = default(CancellationToken));

        /// <summary>See <see cref="MpaClient.DeleteActivityAsync"/>.</summary>
        Task<MpaResult> DeleteActivityAsync(
            ulong xuid, ulong sequenceNumber = 0, [AllowNull] MpaAuthorization authorization = null,
            CancellationToken cancellationToken = default(CancellationToken));

        /// <summary>See <see cref="MpaClient.QueryActivitiesAsync"/>.</summary>
        Task<MpaActivities> QueryActivitiesAsync(
            IReadOnlyList<ulong> xuids, [AllowNull] MpaAuthorization authorization = null,
            CancellationToken cancellationToken = default(CancellationToken));

        /// <summary>See <see cref="MpaClient.GetActivitiesAsync"/>.</summary>
        Task<MpaActivities> GetActivitiesAsync(
            ulong xuid, [AllowNull] MpaAuthorization authorization = null,
            CancellationToken cancellationToken = default(CancellationToken));
    }
}
