using System;
using System.Diagnostics.CodeAnalysis;

namespace Mpa.Internal
{
    /// <summary>The handlers of a client's events. What one of them throws keeps neither the others nor the
    /// tasks from their turn.</summary>
    internal sealed class Notifications
    {
        /// <summary>Weak, since the thread that polls must not keep a client that was forgotten.</summary>
        private readonly WeakReference<object> sender = new WeakReference<object>(new object());

        [AllowNull, MaybeNull]
        private EventHandler<MpaAuthorizationNeededEventArgs> authorizationNeeded;

        [AllowNull, MaybeNull]
        private EventHandler<MpaAuthorizationChangedEventArgs> authorizationChanged;

        [AllowNull, MaybeNull]
        private EventHandler<MpaLogEventArgs> logged;

        [AllowNull, MaybeNull]
        private EventHandler<MpaHandlerFailedEventArgs> handlerFailed;

        internal event EventHandler<MpaAuthorizationNeededEventArgs> AuthorizationNeeded
        {
            add { lock (sender) { authorizationNeeded += value; } }
            remove { lock (sender) { authorizationNeeded -= value; } }
        }

        internal event EventHandler<MpaAuthorizationChangedEventArgs> AuthorizationChanged
        {
            add { lock (sender) { authorizationChanged += value; } }
            remove { lock (sender) { authorizationChanged -= value; } }
        }

        internal event EventHandler<MpaLogEventArgs> Logged
        {
            add { lock (sender) { logged += value; } }
            remove { lock (sender) { logged -= value; } }
        }

        internal event EventHandler<MpaHandlerFailedEventArgs> HandlerFailed
        {
            add { lock (sender) { handlerFailed += value; } }
            remove { lock (sender) { handlerFailed -= value; } }
        }

        internal void SetSender(MpaClient client)
        {
            sender.SetTarget(client);
        }

        internal bool ObservesAuthorization => authorizationChanged != null;

        internal void NeedAuthorization(MpaAuthorizationReason reason, string message)
        {
            Raise(authorizationNeeded, new MpaAuthorizationNeededEventArgs(reason, message));
        }

        internal void ChangeAuthorization(MpaAuthorization authorization)
        {
            Raise(authorizationChanged, new MpaAuthorizationChangedEventArgs(authorization));
        }

        internal void Log(MpaLogLevel level, MpaResult entry)
        {
            Raise(logged, new MpaLogEventArgs(level, entry));
        }

        [return: MaybeNull]
        internal Action<T> Guard<T>([AllowNull] Action<T> callback)
        {
            if (callback == null)
            {
                return null;
            }
            return result =>
            {
                try
                {
                    callback(result);
                }
                catch (Exception thrown)
                {
                    Fail(thrown);
                }
            };
        }

        internal void Fail(Exception thrown)
        {
            var handlers = handlerFailed;
            if (handlers == null || !sender.TryGetTarget(out var client))
            {
                return;
            }
            try
            {
                handlers(client, new MpaHandlerFailedEventArgs(thrown));
            }
            catch (Exception)
            {
                // There is no handler left to report it to.
            }
        }

        private void Raise<T>([AllowNull] EventHandler<T> handlers, T arguments)
        {
            if (handlers == null || !sender.TryGetTarget(out var client))
            {
                return;
            }
            foreach (Delegate handler in handlers.GetInvocationList())
            {
                try
                {
                    ((EventHandler<T>)handler)(client, arguments);
                }
                catch (Exception thrown)
                {
                    Fail(thrown);
                }
            }
        }
    }
}
