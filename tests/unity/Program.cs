using System;
using System.Diagnostics;
using System.Linq;
using System.Reflection;
using Simulation;

/// <summary>Runs the tests: ENDPOINT LIBRARY, the URL of an emulator and the path of the native library.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        Tests.Emulator = arguments[0];
        const BindingFlags Declared = BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly;
        int failures = 0;
        foreach (MethodInfo test in typeof(Tests).GetMethods(Declared))
        {
            Domain.Library = arguments[1];
            Engine.ForgetLines();
            var clock = Stopwatch.StartNew();
            string outcome = "ok";
            try
            {
                test.Invoke(null, null);
            }
            catch (TargetInvocationException thrown)
            {
                failures++;
                outcome = "FAILED: " + thrown.InnerException + "\nNoted:\n  " + string.Join("\n  ", Tail())
                    + "\nLogged:\n  " + string.Join("\n  ", Engine.Logged);
            }
            Engine.IsPlaying = false;
            EditorEngine.Unload();
            Console.WriteLine($"unity: {test.Name}: {outcome} ({clock.ElapsedMilliseconds} ms)");
        }
        return failures == 0 ? 0 : 1;
    }

    private static string[] Tail()
    {
        return Engine.Noted.TakeLast(20).ToArray();
    }
}

/// <summary>Fails a test.</summary>
internal static class Check
{
    internal static void That(bool condition, string expected)
    {
        if (!condition)
        {
            throw new InvalidOperationException("not so: " + expected);
        }
    }

    internal static void Equal(object expected, object found)
    {
        That(Equals(expected, found), $"it is {expected}; it is {found}");
    }
}
