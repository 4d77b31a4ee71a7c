// The engine, as far as the tests need it: frames, play mode, domains, quitting.

using System;
using System.Collections.Generic;
using System.Reflection;
using System.Threading;
using UnityEngine;
using UnityEngine.LowLevel;

namespace Simulation
{
    /// <summary>What the engine does. It outlives domains; what belongs to a domain is forgotten with it.</summary>
    public static class Engine
    {
        private const string NoFrame = "no frame";

        private static readonly MainThread Context = new MainThread();
        private static Assembly[] scripts = Array.Empty<Assembly>();
        private static Thread mainThread;
        private static string running = NoFrame;

        private static readonly List<string> LogLines = new List<string>();
        private static readonly List<string> NoteLines = new List<string>();

        /// <summary>What was written to Unity's log so far, beginning with its type.</summary>
        public static List<string> Logged => CopyOf(LogLines);

        /// <summary>What the scripts of the game noted so far, in order.</summary>
        public static List<string> Noted => CopyOf(NoteLines);

        /// <summary>Where the caller runs: the system of the player loop, "no frame" between frames, or "another
        /// thread".</summary>
        public static string Place => Thread.CurrentThread == mainThread ? running : "another thread";

        public static int QuittingHandlers => Application.QuittingHandlers;

        public static bool IsPlaying
        {
            get => Application.isPlaying;
            set => Application.isPlaying = value;
        }

        /// <summary>From any thread.</summary>
        public static void Note(string line)
        {
            Add(NoteLines, line);
        }

        public static void ForgetLines()
        {
            LogLines.Clear();
            NoteLines.Clear();
        }

        public static void SetAsset(string name, UnityEngine.Object asset)
        {
            Resources.Assets[name] = asset;
        }

        /// <summary>Begins a domain with these assemblies.</summary>
        public static void Load(params Assembly[] assemblies)
        {
            SynchronizationContext.SetSynchronizationContext(Context);
            mainThread = Thread.CurrentThread;
            scripts = assemblies;
        }

        /// <summary>Forgets everything that refers to the domain.</summary>
        public static void Unload()
        {
            scripts = Array.Empty<Assembly>();
            Resources.Assets.Clear();
            Application.Forget();
            Context.Forget();
            PlayerLoop.SetPlayerLoop(PlayerLoop.GetDefaultPlayerLoop());
        }

        /// <summary>Before the first scene of a player, and of play mode.</summary>
        public static void RunInitializers()
        {
            foreach (MethodInfo method in Methods())
            {
                if (method.GetCustomAttribute<RuntimeInitializeOnLoadMethodAttribute>() != null)
                {
                    method.Invoke(null, null);
                }
            }
        }

        public static void Frame()
        {
            Run(PlayerLoop.GetCurrentPlayerLoop());
            running = NoFrame;
        }

        public static void Quit()
        {
            Application.RaiseQuitting();
        }

        /// <summary>The names of the systems of the loop, in the order in which they run.</summary>
        public static List<string> Systems()
        {
            var names = new List<string>();
            Name(PlayerLoop.GetCurrentPlayerLoop(), names);
            return names;
        }

        internal static void RunScripts()
        {
            Note("Update");
        }

        internal static void RunPosted()
        {
            Context.Run();
        }

        internal static void Log(string line)
        {
            Add(LogLines, line);
        }

        private static void Add(List<string> lines, string line)
        {
            lock (lines)
            {
                lines.Add(line);
            }
        }

        private static List<string> CopyOf(List<string> lines)
        {
            lock (lines)
            {
                return new List<string>(lines);
            }
        }

        private static void Run(PlayerLoopSystem system)
        {
            running = system.type?.Name ?? NoFrame;
            system.updateDelegate?.Invoke();
            foreach (PlayerLoopSystem inner in system.subSystemList ?? Array.Empty<PlayerLoopSystem>())
            {
                Run(inner);
            }
        }

        private static void Name(PlayerLoopSystem system, List<string> names)
        {
            if (system.type != null)
            {
                names.Add(system.type.Name);
            }
            foreach (PlayerLoopSystem inner in system.subSystemList ?? Array.Empty<PlayerLoopSystem>())
            {
                Name(inner, names);
            }
        }

        private static IEnumerable<MethodInfo> Methods()
        {
            const BindingFlags Static = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
            foreach (Assembly assembly in scripts)
            {
                foreach (Type type in assembly.GetTypes())
                {
                    foreach (MethodInfo method in type.GetMethods(Static))
                    {
                        yield return method;
                    }
                }
            }
        }

        /// <summary>Runs what is posted to it in the frame, as Unity's does.</summary>
        private sealed class MainThread : SynchronizationContext
        {
            private readonly Queue<Action> posted = new Queue<Action>();

            public override void Post(SendOrPostCallback callback, object state)
            {
                lock (posted)
                {
                    posted.Enqueue(() => callback(state));
                }
            }

            internal void Run()
            {
                for (Action next = Next(); next != null; next = Next())
                {
                    next();
                }
            }

            internal void Forget()
            {
                lock (posted)
                {
                    posted.Clear();
                }
            }

            private Action Next()
            {
                lock (posted)
                {
                    return posted.Count == 0 ? null : posted.Dequeue();
                }
            }
        }
    }
}
