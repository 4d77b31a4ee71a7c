using System;

namespace Mpa
{
    /// <summary>What counts as having met in a match.</summary>
    public sealed class MpaMatchConfig
    {
        /// <summary>How long two players have to be in the match together. Zero: any overlap counts. At most
        /// <see cref="MpaLimits.MaxDurationMs"/>.</summary>
        public TimeSpan MinimumTogether { get; set; }
    }
}
