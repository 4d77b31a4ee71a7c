using System;

namespace Mpa
{
    using Mpa.Internal;

    // What a client reports beside results. Handlers are called from Poll, or on the thread that
    // completes the tasks.
    public sealed partial class MpaClient
    {
        /// <summary>Operations wait for an authorization, because there is none or the service has
        /// refused it, or the one in use expires within <see cref="MpaClientConfig.AuthorizationLead"/>;
        /// a sentence says which. Push a newer one with <see cref="SetAuthorization"/>. Told again
        /// every 30 s while it is so.</summary>
        public event EventHandler<MpaAuthorizationNeededEventArgs> AuthorizationNeeded
        {
            add
            {
                operations.Notifications.AuthorizationNeeded += value;
                operations.StartPump();
            }
            remove { operations.Notifications.AuthorizationNeeded -= value; }
        }

        /// <summary>An entry of the log, where <see cref="MpaClientConfig.LogLevel"/> asks for it. Entries
        /// that repeat are counted in one. None holds a token, a connection string or a XUID.</summary>
        public event EventHandler<MpaLogEventArgs> Logged
        {
            add
            {
                operations.Notifications.Logged += value;
                operations.StartPump();
            }
            remove { operations.Notifications.Logged -= value; }
        }

        /// <summary>What a handler of another event, or a callback, has thrown, which goes no
        /// further.</summary>
        public event EventHandler<MpaHandlerFailedEventArgs> HandlerFailed
        {
            add { operations.Notifications.HandlerFailed += value; }
            remove { operations.Notifications.HandlerFailed -= value; }
        }
    }
}
