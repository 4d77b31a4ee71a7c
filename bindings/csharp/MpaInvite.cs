using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;

namespace Mpa
{
    using Mpa.Internal;

    /// <summary>An invite from the user whose token is sent.</summary>
    public sealed class MpaInvite : IInvite
    {
        /// <summary>The XUIDs of the users to invite, none of them 0: an array or a list, of 1 to
        /// <see cref="MpaLimits.MaxInvitedUsersPerCall"/>. Required.</summary>
        public
#if NET7_0_OR_GREATER
            required
#endif
            IReadOnlyList<ulong> InvitedUsers { get; set; } = Array.Empty<ulong>();

        /// <summary>What the invited user's game is started with, to find the server: opaque to the
        /// service. It travels inside a URI that some games read without decoding: avoid
        /// &amp; # % + and spaces. Null: the game gets an empty one.</summary>
        [AllowNull, MaybeNull]
        public string ConnectionString { get; set; }

        /// <summary>An invite for a platform that the invited user is not on disappears without an
        /// error.</summary>
        public MpaPlatform Platform { get; set; }

        /// <summary>The inviting user's own token, for this call only. Null: the
        /// client's.</summary>
        [AllowNull, MaybeNull]
        public MpaAuthorization Authorization { get; set; }

        /// <summary>How long a submitted invite may take until it is sent. Zero: as in
        /// <see cref="MpaClientConfig.InviteTimeToLive"/>. At most <see cref="MpaLimits.MaxDurationMs"/>. Blocking
        /// calls ignore it.</summary>
        public TimeSpan TimeToLive { get; set; }

        ulong? IInvite.Sender => null;
    }
}
