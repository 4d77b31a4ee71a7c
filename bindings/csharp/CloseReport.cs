namespace Mpa
{
    /// <summary>How the calls of a client ended. <see cref="Calls"/> is the sum of the
    /// others.</summary>
    public sealed class CloseReport
    {
        internal CloseReport(Native.mpa_close_report raw)
        {
            Calls = (long)raw.calls;
            Succeeded = (long)raw.succeeded;
            Uncertain = (long)raw.uncertain;
            Failed = (long)raw.failed;
            Unfinished = (long)raw.unfinished;
        }

        /// <summary>Calls that were made: valid, and begun before the client was closed.</summary>
        public long Calls { get; }

        /// <summary>Calls that ended as <see cref="Status.Ok"/>.</summary>
        public long Succeeded { get; }

        /// <summary>Calls that ended with something uncertain.</summary>
        public long Uncertain { get; }

        /// <summary>Calls that ended in any other way.</summary>
        public long Failed { get; }

        /// <summary>Calls of other threads that had not returned when closing did. They have been
        /// cut and return soon.</summary>
        public long Unfinished { get; }
    }
}
