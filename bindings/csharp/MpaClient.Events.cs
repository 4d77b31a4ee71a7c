using System;

namespace Mpa
{
    using Mpa.Internal;

    // What a client reports beside results. Handlers are called from Poll, or on the thread that
    // completes the tasks.
    public sealed partial class MpaClient
    {
        /// <summary>Operations wait for an authorization, or the one in use expires within
        /// <see cref="MpaClientConfig.AuthorizationLead"/>: <see cref="MpaAuthorizationReason"/> says which.
        /// Push a newer one with <see cref="SetAuthorization"/>, or leave that to
        /// <see cref="MpaClientConfig.AuthorizationProvider"/>. Raised again every 5 s while operations
        /// wait, every 30 s while it merely expires soon.</summary>
        public event EventHandler<MpaAuthorizationNeededEventArgs> AuthorizationNeeded
        {
            add
            {
                operations.Notifications.AuthorizationNeeded += value;
                operations.StartPump();
            }
            remove { operations.Notifications.AuthorizationNeeded -= value; }
        }

        /// <summary>Another authorization is in use: a client that signs in by itself has obtained one, for
        /// others to be given, or one was pushed. Noticed within about a second; the one that is in use
        /// already is reported too. A client that signs in by itself begins to do so with the first
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

        /// <summary>What a handler of another event, a callback, or
        /// <see cref="MpaClientConfig.AuthorizationProvider"/> has thrown, which goes no
        /// further.</summary>
        public event EventHandler<MpaHandlerFailedEventArgs> HandlerFailed
        {
            add { operations.Notifications.HandlerFailed += value; }
            remove { operations.Notifications.HandlerFailed -= value; }
        }
    }
}
