namespace Mpa.Internal
{
    /// <summary>What an event is about. A newer library may have others, which are passed over.</summary>
    internal enum MpaEventType
    {
        /// <summary>There was none.</summary>
        None = 0,

        /// <summary>An operation has ended: its task completes.</summary>
        Completed = 1,

        /// <summary>Draining is over: the task of <see cref="MpaClient.DrainAsync"/> completes.</summary>
        Drained = 2,

        /// <summary>Becomes <see cref="MpaClient.AuthorizationNeeded"/>.</summary>
        AuthorizationNeeded = 3,

        /// <summary>Becomes <see cref="MpaClient.Logged"/>.</summary>
        Log = 4,
    }
}
