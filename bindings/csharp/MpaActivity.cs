using System;
using System.Diagnostics.CodeAnalysis;

namespace Mpa
{
    /// <summary>What a user plays, and how others join.</summary>
    public sealed class MpaActivity
    {
        /// <summary>Who may join without an invite.</summary>
        public MpaJoinRestriction JoinRestriction { get; set; }

        /// <summary>What the game of a user who joins is started with: as
        /// <see cref="MpaInvite.ConnectionString"/>. Required; may be empty.</summary>
        public
#if NET7_0_OR_GREATER
            required
#endif
            string ConnectionString { get; set; } = "";

        /// <summary>Identifies those who play together, so that they are shown as a group: at most
        /// <see cref="MpaLimits.MaxGroupIdLength"/>. Null: none.</summary>
        [AllowNull, MaybeNull]
        public string GroupId { get; set; }

        /// <summary>How many may play, up to <see cref="MpaLimits.MaxActivityPlayers"/>. 0: left
        /// out.</summary>
        public uint MaxPlayers { get; set; }

        /// <summary>How many play now, up to <see cref="MpaLimits.MaxActivityPlayers"/>. 0: left
        /// out.</summary>
        public uint CurrentPlayers { get; set; }

        /// <summary>Where it can be joined.</summary>
        public MpaPlatform Platform { get; set; }

        /// <summary>How long a submitted activity may take until it is sent. Zero: 60 s. At most
        /// <see cref="MpaLimits.MaxDurationMs"/>. Blocking calls ignore it.</summary>
        public TimeSpan TimeToLive { get; set; }

        /// <summary>Its place in the order of the user's activities: the service ignores an activity whose number is
        /// lower than the one that it has. 0: the library's own, which grows with every call, also across restarts
        /// and from server to server, since it is the time in milliseconds. For one user, use either your own numbers
        /// or the library's.</summary>
        public ulong SequenceNumber { get; set; }

        /// <summary>The user's own token, for this call only. Null: the client's.</summary>
        [AllowNull, MaybeNull]
        public MpaAuthorization Authorization { get; set; }
    }
}
