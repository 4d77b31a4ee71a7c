namespace Mpa
{
    using Mpa.Internal;

    /// <summary>How the calls and operations of a client ended. <see cref="Calls"/>, those that block, is the sum of
    /// the four counts after it; <see cref="Submitted"/>, those that do not, the sum of the five after it.</summary>
    public sealed class MpaCloseReport
    {
        /// <summary>A report in which nothing was called or submitted, for tests of your own.</summary>
        public MpaCloseReport()
        {
        }

        internal static MpaCloseReport OfAnotherCall()
        {
            return new MpaCloseReport { AlreadyClosed = true };
        }

        internal MpaCloseReport(Native.mpa_close_report raw)
        {
            Calls = (long)raw.calls;
            Succeeded = (long)raw.succeeded;
            Uncertain = (long)raw.uncertain;
            Failed = (long)raw.failed;
            Unfinished = (long)raw.unfinished;
            Submitted = (long)raw.submitted;
            OperationsSucceeded = (long)raw.operations_succeeded;
            OperationsUncertain = (long)raw.operations_uncertain;
            OperationsFailed = (long)raw.operations_failed;
            OperationsAbandoned = (long)raw.operations_abandoned;
            OperationsUnfinished = (long)raw.operations_unfinished;
            EventsNotPolled = (long)raw.events_not_polled;
        }

        /// <summary>Whether the client had been closed already. The report of the close that came first has the
        /// counts; here they are all 0.</summary>
        public bool AlreadyClosed { get; private set; }

        /// <summary>Calls that were made: valid, and begun before the client was closed.</summary>
        public long Calls { get; }

        /// <summary>Calls that ended as <see cref="MpaStatus.Ok"/>.</summary>
        public long Succeeded { get; }

        /// <summary>Calls that ended with something uncertain.</summary>
        public long Uncertain { get; }

        /// <summary>Calls that ended in any other way.</summary>
        public long Failed { get; }

        /// <summary>Calls of other threads that had not returned when the close returned. They were aborted and
        /// return soon.</summary>
        public long Unfinished { get; }

        /// <summary>Operations that were submitted.</summary>
        public long Submitted { get; }

        /// <summary>Operations that ended as <see cref="MpaStatus.Ok"/>.</summary>
        public long OperationsSucceeded { get; }

        /// <summary>Operations that ended with something uncertain.</summary>
        public long OperationsUncertain { get; }

        /// <summary>Operations that ended in any other way before the client was closed.</summary>
        public long OperationsFailed { get; }

        /// <summary>Operations that ended as <see cref="MpaStatus.Abandoned"/> before they were sent.</summary>
        public long OperationsAbandoned { get; }

        /// <summary>Operations whose request was under way, and was aborted, when the close returned.</summary>
        public long OperationsUnfinished { get; }

        /// <summary>Completions that were not polled. The tasks of these operations completed as if nothing were
        /// known: see <see cref="MpaResult.Uncertain"/>.</summary>
        public long EventsNotPolled { get; }
    }
}
