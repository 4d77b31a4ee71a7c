namespace Mpa
{
    /// <summary>How much an entry of the log matters.</summary>
    public enum MpaLogLevel
    {
        /// <summary>Nothing is logged.</summary>
        Off = 0,

        /// <summary>A defect, or what needs your hand: without it, calls go on failing.</summary>
        Error = 1,

        /// <summary>What went wrong and was mended, or may be a sign of more: requests that were tried
        /// again.</summary>
        Warning = 2,

        /// <summary>What changes seldom: a newer authorization, draining.</summary>
        Info = 3,

        /// <summary>Every request with its answer.</summary>
        Debug = 4,
    }
}
