using System;
using System.Threading.Tasks;
using UnityEngine;

namespace Mpa.Unity
{
    /// <summary>Owns the client of a game or server: opens it with <see cref="MpaSettings"/>, polls it once in
    /// each frame without a GameObject, and closes it when the application quits, when play mode ends and
    /// before the editor reloads its domain. Its members are for the main thread; those of
    /// <see cref="Client"/> may be used from every thread.</summary>
    public static class MpaRunner
    {
        /// <summary>Marks the clients of this class in the native library, which outlives a domain:
        /// "Mpa_Unit" in ASCII.</summary>
        private const ulong OwnerTag = 0x4d70615f556e6974;

        /// <summary>How long the editor waits for operations when play mode ends or its domain reloads, before it
        /// aborts them.</summary>
        private static readonly TimeSpan EditorDeadline = TimeSpan.FromMilliseconds(200);

        private static TimeSpan quitDeadline;
        private static bool isQuitting;

        /// <summary>The client; null while none is open. Its tasks and events complete inside a frame, on the
        /// main thread, before Update of the scripts.</summary>
        public static MpaClient Client { get; private set; }

        /// <summary>Opens a client with the settings of the project (Project Settings, Multiplayer Activity). Uses
        /// no network, and has no effect if one is open. If it fails, it logs one error that says what to change,
        /// returns false, and <see cref="Client"/> stays null.</summary>
        /// <param name="configure">Changes what the settings contain, or adds what they must not, such as a
        /// token or a function that obtains one.</param>
        public static bool Open(Action<MpaClientConfig> configure = null)
        {
            return Open(MpaSettings.OfProject(), configure);
        }

        /// <summary>As <see cref="Open(Action{MpaClientConfig})"/>, with settings of your own. Null: only what
        /// <paramref name="configure"/> sets.</summary>
        public static bool Open(MpaSettings settings, Action<MpaClientConfig> configure = null)
        {
            if (Client != null)
            {
                return true;
            }
            string obstacle = ObstacleTo(settings, configure);
            if (obstacle != null)
            {
                UnityLog.Error("No client was opened: " + obstacle);
                return false;
            }
            var config = settings == null ? new MpaClientConfig() : settings.ToConfig();
            configure?.Invoke(config);
            config.HostPolls = true;
            config.OwnerTag = OwnerTag;
            if (!TryOpen(config))
            {
                return false;
            }
            quitDeadline = settings == null ? MpaSettings.DefaultQuitDeadline : settings.QuitDeadline;
            EnsurePolling();
            Application.quitting -= OnQuitting;
            Application.quitting += OnQuitting;
            return true;
        }

        /// <summary>Opens a match of the client: your code says who joins and who leaves, and it reports who met
        /// whom. If it fails, it logs one error that says why, and returns null: call its members with <c>?.</c>, and
        /// the game goes on. A match that is open when the client is closed is reported then.</summary>
        /// <param name="config">Null: the defaults.</param>
        public static MpaMatch OpenMatch(MpaMatchConfig config = null)
        {
            if (Client == null)
            {
                UnityLog.Error("No match was opened: there is no client. Call MpaRunner.Open first.");
                return null;
            }
            if (!Client.TryOpenMatch(config, out MpaMatch match, out MpaResult result))
            {
                UnityLog.Error("No match was opened: " + result.Message);
                return null;
            }
            return match;
        }

        /// <summary>Closes the client. Submitted operations have until the deadline to complete while frames go
        /// on; none is accepted any more. A server awaits this before it calls Application.Quit, which then
        /// does not wait.</summary>
        public static async Task<MpaCloseReport> CloseAsync(TimeSpan deadline)
        {
            MpaClient closing = Client;
            if (closing == null)
            {
                return new MpaCloseReport();
            }
            MpaCloseReport report = await closing.CloseAsync(deadline);
            if (Client == closing)
            {
                Client = null;
            }
            return report;
        }

        /// <summary>As <see cref="CloseAsync"/>, but blocks: up to the deadline, and up to 1 s more while operations
        /// that are aborted report how they ended. If none are open, it does not block.</summary>
        public static MpaCloseReport Close(TimeSpan deadline)
        {
            MpaClient closing = Client;
            if (closing == null)
            {
                return new MpaCloseReport();
            }
            // Before its tasks complete: what awaits them must not use it any more.
            Client = null;
            return closing.Close(deadline);
        }

        /// <summary>Has the client polled in each frame. <see cref="Open(Action{MpaClientConfig})"/> does this;
        /// call it after code of yours has replaced the player loop.</summary>
        public static void EnsurePolling()
        {
            FramePolling.Install(Poll);
        }

        /// <summary>For the end of play mode, and before the editor reloads its domain.</summary>
        internal static void CloseInEditor()
        {
            CloseAndReport(EditorDeadline);
            FramePolling.Remove();
        }

        /// <summary>Statics keep their values from one play mode to the next if the editor does not reload its
        /// domain between them.</summary>
        [RuntimeInitializeOnLoadMethod(RuntimeInitializeLoadType.SubsystemRegistration)]
        private static void Reset()
        {
            isQuitting = false;
            if (Client != null)
            {
                CloseAndReport(TimeSpan.Zero);
            }
        }

        private static void Poll()
        {
            Client?.Poll();
        }

        private static void OnQuitting()
        {
            isQuitting = true;
            CloseAndReport(quitDeadline);
        }

        private static void CloseAndReport(TimeSpan deadline)
        {
            MpaCloseReport report = Close(deadline);
            long unsent = report.OperationsAbandoned;
            long unknown = report.OperationsUncertain + report.OperationsUnfinished;
            if (unsent + unknown > 0)
            {
                UnityLog.Warning(
                    $"The client was closed with operations open: {unsent} were not sent, and of {unknown} it is not "
                    + "known whether they were. To give them more time, await MpaRunner.CloseAsync before you quit.");
            }
        }

        private static string ObstacleTo(MpaSettings settings, Action<MpaClientConfig> configure)
        {
            if (isQuitting)
            {
                return "the application is quitting.";
            }
            if (!Application.isPlaying)
            {
                return "frames are polled in play mode only. In edit mode, use MpaClient itself.";
            }
            if (settings == null && configure == null)
            {
                return "there are no settings. Create them in Project Settings, Multiplayer Activity.";
            }
            return null;
        }

        private static bool TryOpen(MpaClientConfig config)
        {
            try
            {
                if (!MpaLibrary.IsCompatible)
                {
                    UnityLog.Error(
                        "No client was opened: the native library has version " + MpaLibrary.Version
                        + ", which is not the one of this package. Remove other copies of it from the project.");
                    return false;
                }
                // The clients of a domain that was lost without CloseInEditor.
                MpaClient.CloseAll(OwnerTag, TimeSpan.Zero);
                if (!MpaClient.TryOpen(config, out MpaClient opened, out MpaResult result))
                {
                    UnityLog.Error(
                        "No client was opened: " + result.Message
                        + " Settings are in Project Settings, Multiplayer Activity.");
                    return false;
                }
                UnityLog.Follow(opened, config);
                Client = opened;
                return true;
            }
            catch (Exception thrown) when (IsAboutTheLibrary(thrown))
            {
                UnityLog.Error(
                    "No client was opened: the native library cannot be loaded on " + Application.platform
                    + ". The package has it for Linux (x64, arm64), Windows (x64) and macOS. " + thrown.Message);
                return false;
            }
        }

        private static bool IsAboutTheLibrary(Exception thrown)
        {
            return thrown is DllNotFoundException
                || thrown is EntryPointNotFoundException
                || thrown is BadImageFormatException;
        }
    }
}
