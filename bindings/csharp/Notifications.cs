using System;

namespace Mpa.Internal
{
    /// <summary>Those who want to be told of what completes no task. What one of them throws keeps
    /// neither the others nor the tasks from their turn.</summary>
    internal sealed class Notifications
    {
        internal event Action<string> AuthorizationNeeded;

        internal event Action<MpaLogLevel, string> Logged;

        internal event Action<Exception> HandlerFailed;

        internal void NeedAuthorization(string message)
        {
            Tell(AuthorizationNeeded, handler => ((Action<string>)handler)(message));
        }

        internal void Log(MpaLogLevel level, string text)
        {
            Tell(Logged, handler => ((Action<MpaLogLevel, string>)handler)(level, text));
        }

        private void Tell(Delegate handlers, Action<Delegate> call)
        {
            if (handlers == null)
            {
                return;
            }
            foreach (Delegate handler in handlers.GetInvocationList())
            {
                try
                {
                    call(handler);
                }
                catch (Exception thrown)
                {
                    TellOf(thrown);
                }
            }
        }

        private void TellOf(Exception thrown)
        {
            try
            {
                HandlerFailed?.Invoke(thrown);
            }
            catch (Exception)
            {
                // There is nobody left to tell.
            }
        }
    }
}
