using System;

namespace Mpa
{
    using Mpa.Internal;

    // What those see who watch over a server. Handlers are called from Poll, or on the thread that
    // completes the tasks.
    public sealed partial class MpaClient
    {
        /// <summary>Operations wait for an authorization, because there is none or the service has
        /// refused it, or the one in use expires within <see cref="MpaClientConfig.AuthorizationLead"/>;
        /// a sentence says which. Push a newer one with <see cref="SetAuthorization"/>. Told again
        /// every 30 s while it is so.</summary>
        public event Action<string> AuthorizationNeeded
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
        public event Action<MpaLogLevel, string> Logged
        {
            add
            {
                operations.Notifications.Logged += value;
                operations.StartPump();
            }
            remove { operations.Notifications.Logged -= value; }
        }

        /// <summary>Told what handlers of the two events above have thrown, which goes no
        /// further.</summary>
        public event Action<Exception> HandlerFailed
        {
            add { operations.Notifications.HandlerFailed += value; }
            remove { operations.Notifications.HandlerFailed -= value; }
        }

        /// <summary>The client's numbers of now; null on failure. Cheap enough for every frame. Never
        /// blocks.</summary>
        public unsafe MpaResult GetStats(out MpaStats stats)
        {
            var raw = new Native.mpa_stats
            {
                struct_size = (uint)sizeof(Native.mpa_stats),
            };
            var result = Native.mpa_result.Init();
            int status = Native.mpa_client_stats(handle, &raw, &result);
            stats = status == 0 ? new MpaStats(raw) : null;
            return Ended(&result);
        }
    }
}
