using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;

namespace Mpa
{
    using Mpa.Internal;

    /// <summary>An invite that a server sends on behalf of a user who asked for it.</summary>
    public sealed class MpaServerInvite : IInvite
    {
        /// <summary>The XUID of the user on whose behalf the server invites. Required.</summary>
        public
#if NET7_0_OR_GREATER
            required
#endif
            ulong Sender { get; set; }

        /// <summary>As <see cref="MpaInvite.InvitedUsers"/>.</summary>
        public
#if NET7_0_OR_GREATER
            required
#endif
            IReadOnlyList<ulong> InvitedUsers { get; set; } = Array.Empty<ulong>();

        /// <summary>As <see cref="MpaInvite.ConnectionString"/>.</summary>
        [AllowNull, MaybeNull]
        public string ConnectionString { get; set; }

        /// <summary>As <see cref="MpaInvite.Platform"/>.</summary>
        public MpaPlatform Platform { get; set; }

        /// <summary>How long a submitted invite may take until it is sent. Zero: as in
        /// <see cref="MpaClientConfig.InviteTimeToLive"/>. At most <see cref="MpaLimits.MaxDurationMs"/>. Blocking
        /// calls ignore it.</summary>
        public TimeSpan TimeToLive { get; set; }

        ulong? IInvite.Sender => Sender;

        [MaybeNull]
        MpaAuthorization IInvite.Authorization => null;
    }
}
