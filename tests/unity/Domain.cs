using System;
using System.Diagnostics;
using System.IO;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Threading;
using Simulation;

/// <summary>The scripts of a project, loaded as the editor loads them: together, and unloaded together. Unity's own
/// assemblies and the native library outlive them.</summary>
internal sealed class Domain
{
    private static readonly string[] Names =
    {
        "Mpa.Client", "Mpa.Unity", "Mpa.Unity.Editor", "Mpa.Samples.Quickstart", "Mpa.Samples.Match", "Guide", "Game",
    };

    private Scripts scripts;

    private Domain(Scripts scripts)
    {
        this.scripts = scripts;
    }

    /// <summary>The native library of the package; null: it cannot be found.</summary>
    internal static string Library { get; set; }

    internal static Domain Load()
    {
        var scripts = new Scripts();
        EditorEngine.Load(Array.ConvertAll(Names, scripts.Load));
        return new Domain(scripts);
    }

    internal Assembly Assembly(string name)
    {
        return scripts.Load(name);
    }

    /// <summary>Calls a script of the game, or reads a property of it.</summary>
    internal object Call(string name, params object[] arguments)
    {
        const BindingFlags Flags =
            BindingFlags.Static | BindingFlags.Public | BindingFlags.InvokeMethod | BindingFlags.GetProperty;
        return Assembly("Game").GetType("Game").InvokeMember(name, Flags, null, null, arguments);
    }

    internal bool Is(string name, params object[] arguments)
    {
        return (bool)Call(name, arguments);
    }

    /// <summary>Reloads the domain as the editor does, and returns the next one. Fails if anything keeps the old one,
    /// such as a thread.</summary>
    internal Domain Reload()
    {
        EditorEngine.Unload();
        WeakReference old = Release();
        var clock = Stopwatch.StartNew();
        while (old.IsAlive && clock.ElapsedMilliseconds < 30000)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Thread.Sleep(10);
        }
        Check.That(!old.IsAlive, "the old domain can be unloaded");
        return Load();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference Release()
    {
        var old = new WeakReference(scripts);
        scripts.Unload();
        scripts = null;
        return old;
    }

    private sealed class Scripts : AssemblyLoadContext
    {
        private static readonly string Folder = Path.GetDirectoryName(typeof(Domain).Assembly.Location);

        internal Scripts() : base(isCollectible: true)
        {
        }

        internal Assembly Load(string name)
        {
            return LoadFromAssemblyPath(Path.Combine(Folder, name + ".dll"));
        }

        protected override Assembly Load(AssemblyName name)
        {
            return Array.IndexOf(Names, name.Name) < 0 ? null : Load(name.Name);
        }

        protected override IntPtr LoadUnmanagedDll(string name)
        {
            // Not zero: the loader would find the library that an earlier test has loaded.
            return NativeLibrary.Load(Library ?? "/no/such/library");
        }
    }
}
