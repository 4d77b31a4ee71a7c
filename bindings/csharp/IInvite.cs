using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;

namespace Mpa.Internal
{
    /// <summary>An invite of either kind.</summary>
    internal interface IInvite
    {
        /// <summary>Null: an invite from the user whose token is sent.</summary>
        ulong? Sender { get; }

        [MaybeNull]
        IReadOnlyList<ulong> InvitedUsers { get; }

        [MaybeNull]
        string ConnectionString { get; }

        MpaPlatform Platform { get; }

        /// <summary>Null: the client's.</summary>
        [MaybeNull]
        MpaAuthorization Authorization { get; }

        TimeSpan TimeToLive { get; }
    }
}
