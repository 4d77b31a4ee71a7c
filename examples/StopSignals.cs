// For the examples: whether the process was asked to stop, on Mono (with -r:Mono.Posix) and .NET.

using System;
#if NET6_0_OR_GREATER
using System.Runtime.InteropServices;
#else
using Mono.Unix;
using Mono.Unix.Native;
#endif

// SIGTERM and SIGINT, which would end the process at once.
#if NET6_0_OR_GREATER
sealed class StopSignals : IDisposable
{
    private readonly PosixSignalRegistration[] registrations;
    private volatile bool haveCome;

    public StopSignals()
    {
        registrations = new[]
        {
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Note),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Note),
        };
    }

    public bool HaveCome => haveCome;

    public void Dispose()
    {
        Array.ForEach(registrations, registration => registration.Dispose());
    }

    private void Note(PosixSignalContext context)
    {
        context.Cancel = true;
        haveCome = true;
    }
}
#else
sealed class StopSignals : IDisposable
{
    // Mono ends on SIGTERM without a word, without AppDomain.ProcessExit too.
    private readonly UnixSignal[] signals = { new UnixSignal(Signum.SIGTERM), new UnixSignal(Signum.SIGINT) };

    public bool HaveCome => Array.Exists(signals, signal => signal.IsSet);

    public void Dispose()
    {
        Array.ForEach(signals, signal => signal.Dispose());
    }
}
#endif
