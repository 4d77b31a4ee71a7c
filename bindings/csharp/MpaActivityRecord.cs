namespace Mpa
{
    /// <summary>An activity of a user, of any title, as the service lists it. What it left out is 0, empty, or
    /// unknown.</summary>
    public sealed class MpaActivityRecord
    {
        /// <summary>The XUID of the user.</summary>
        public ulong Xuid { get; set; }

        /// <summary>The number of the title that the user plays.</summary>
        public uint TitleId { get; set; }

        /// <summary>Its place in the order of the user's activities.</summary>
        public ulong SequenceNumber { get; set; }

        public MpaJoinRestriction JoinRestriction { get; set; } = MpaJoinRestriction.Unknown;

        public MpaPlatform Platform { get; set; }

        /// <summary>How many may play; 0: unknown.</summary>
        public uint MaxPlayers { get; set; }

        /// <summary>How many play; 0: unknown.</summary>
        public uint CurrentPlayers { get; set; }

        /// <summary>What the game of a user who joins is started with; empty if the service left it out, or if
        /// that user may not join.</summary>
        public string ConnectionString { get; set; } = "";

        /// <summary>Identifies those who play together; empty: none.</summary>
        public string GroupId { get; set; } = "";
    }
}
