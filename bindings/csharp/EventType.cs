namespace Mpa
{
    /// <summary>What an event is about. A newer library may have others: pass over those.</summary>
    public enum EventType
    {
        /// <summary>There was none.</summary>
        None = 0,

        /// <summary>An operation has ended: its task completes.</summary>
        Completed = 1,

        /// <summary>Draining is over: the task of <see cref="Client.DrainAsync"/> completes.</summary>
        Drained = 2,

        /// <summary>Operations wait for an authorization, because there is none or the service has
        /// refused it. Push a newer one with <see cref="Client.SetAuthorization"/>. Told again every
        /// 30 s while it is so.</summary>
        AuthorizationNeeded = 3,
    }
}
