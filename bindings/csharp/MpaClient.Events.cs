using System;

namespace Mpa
{
    using Mpa.Internal;

    // What a client reports beside results. Handlers are called from Poll, or on the thread that
    // completes the tasks.
    public sealed partial class MpaClient
    {
        /// <summary>Operations wait for an authorization, or the one in use expires within
        /// <see cref="MpaClientConfig.AuthorizationLead"/>: <see cref="MpaAuthorizationReason"/> says which. Set a
        /// newer one with <see cref="SetAuthorization"/>, or leave that to
        /// <see cref="MpaClientConfig.AuthorizationProvider"/>. Raised again every 5 s while operations wait, and
        /// every 30 s while the authorization only expires soon.</summary>
        public event EventHandler<MpaAuthorizationNeededEventArgs> AuthorizationNeeded
        {
            add
            {
                operations.Notifications.AuthorizationNeeded += value;
                operations.StartPump();
            }
            remove { operations.Notifications.AuthorizationNeeded -= value; }
        }

        /// <summary>Another authorization is in use: a client that signs in by itself has obtained one, which can be
        /// passed on to others, or one was set. Raised within about a second, also for the one that is in use when
        /// the first handler is added. A client that signs in by itself starts to do so with the first
        /// handler.</summary>
        public event EventHandler<MpaAuthorizationChangedEventArgs> AuthorizationChanged
        {
            add
            {
                operations.Notifications.AuthorizationChanged += value;
                operations.StartPump();
            }
            remove { operations.Notifications.AuthorizationChanged -= value; }
        }

        /// <summary>A log entry, up to the level <see cref="MpaClientConfig.LogLevel"/>. Repeated entries are
        /// combined into one with a count. None contains a token, a connection string or a XUID.</summary>
        public event EventHandler<MpaLogEventArgs> Logged
        {
            add
            {
                operations.Notifications.Logged += value;
                operations.StartPump();
            }
            remove { operations.Notifications.Logged -= value; }
        }

        /// <summary>A handler of another event, a callback or <see cref="MpaClientConfig.AuthorizationProvider"/> has
        /// thrown an exception. It is passed to these handlers only.</summary>
        public event EventHandler<MpaHandlerFailedEventArgs> HandlerFailed
        {
            add { operations.Notifications.HandlerFailed += value; }
            remove { operations.Notifications.HandlerFailed -= value; }
        }
    }
}
