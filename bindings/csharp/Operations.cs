using System;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace Mpa.Internal
{
    /// <summary>The operations of one client that have not ended. The C side knows them by an integer
    /// and nothing else, so that nothing of this can dangle there.</summary>
    internal sealed unsafe class Operations
    {
        /// <summary>How long the thread waits in the library, which also wakes it.</summary>
        private const uint PumpMs = 1000;

        /// <summary>How long what the deadline has cut may take to say so.</summary>
        private const long GraceMs = 1000;

        private readonly Native.mpa_client handle;
        private readonly ConcurrentDictionary<ulong, Submission> pending =
            new ConcurrentDictionary<ulong, Submission>();
        private readonly TaskCompletionSource<MpaResult> drained;

        /// <summary>Makes one step of pulling an event and taking what it completes: what is pending
        /// while this is held has no event that somebody has pulled.</summary>
        private readonly object pulling = new object();

        private long lastKey;
        private int pumps;
        private volatile bool closing;
        private volatile bool draining;

        internal Operations(Native.mpa_client handle, bool hostPolls)
        {
            this.handle = handle;
            HostPolls = hostPolls;
            drained = new TaskCompletionSource<MpaResult>(Options);
        }

        internal bool HostPolls { get; }

        internal Notifications Notifications { get; } = new Notifications();

        /// <summary>What awaits a task runs inside Poll where the host polls; else never on the thread
        /// that completes the others.</summary>
        private TaskCreationOptions Options =>
            HostPolls ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously;

        internal Task<MpaResult> Submit(
            MpaClient owner, int count, CancellationToken token, Func<Submission, MpaResult> call)
        {
            if (token.IsCancellationRequested)
            {
                return Task.FromResult(MpaResult.CancelledBefore());
            }
            ulong key = (ulong)Interlocked.Increment(ref lastKey);
            var submission = new Submission(owner, key, count, Options);
            pending[key] = submission;
            MpaResult submitted = null;
            try
            {
                submitted = call(submission);
            }
            finally
            {
                if (submitted == null || !submitted.IsOk)
                {
                    pending.TryRemove(key, out Submission _);
                }
            }
            if (!submitted.IsOk)
            {
                // Somebody may be flushing, who saw it.
                submission.End(submitted);
                return Task.FromResult(submitted);
            }
            StartPump();
            if (token.CanBeCanceled)
            {
                submission.CancelWith(token, handle);
            }
            return submission.Task;
        }

        internal int Poll()
        {
            int events = 0;
            // Else it would wait for the thread that pulls, which may be waiting itself.
            if (HostPolls)
            {
                Pulled pulled;
                while ((pulled = Pull(0)) == Pulled.Event)
                {
                    events++;
                }
                if (pulled == Pulled.Closed)
                {
                    Abandon();
                }
            }
            return events;
        }

        internal MpaResult Flush(uint deadlineMs)
        {
            var result = Native.mpa_result.Init();
            Native.mpa_client_flush(handle, deadlineMs, &result);
            return new MpaResult(&result);
        }

        /// <summary>Completes when all have that are pending now.</summary>
        internal Task Pending()
        {
            return Task.WhenAll(pending.Values.Select(submission => submission.Task));
        }

        internal Task<MpaResult> DrainAsync(uint deadlineMs)
        {
            var result = Native.mpa_result.Init();
            int status = Native.mpa_client_drain(handle, deadlineMs, &result);
            // Closed: it is being drained already.
            if (status != 0 && status != (int)MpaStatus.Closed)
            {
                return Task.FromResult(new MpaResult(&result));
            }
            draining = true;
            StartPump();
            return drained.Task;
        }

        /// <summary>Drains on this thread, whoever pulls otherwise.</summary>
        internal void DrainHere(uint deadlineMs)
        {
            closing = true;
            Native.mpa_client_wake(handle);
            if (pending.IsEmpty && !draining)
            {
                return;
            }
            var clock = Stopwatch.StartNew();
            Native.mpa_client_drain(handle, deadlineMs, null);
            while (!drained.Task.IsCompleted && clock.ElapsedMilliseconds < deadlineMs + GraceMs)
            {
                if (Pull(50) == Pulled.Closed)
                {
                    return;
                }
            }
        }

        /// <summary>Null where it was closed already.</summary>
        internal MpaCloseReport Close(uint deadlineMs)
        {
            var report = new Native.mpa_close_report
            {
                struct_size = (uint)sizeof(Native.mpa_close_report),
            };
            return Native.mpa_client_close(handle, deadlineMs, &report) == 0 ? new MpaCloseReport(report) : null;
        }

        /// <summary>Completes what no event can complete any more, since the client is closed.</summary>
        internal void Abandon()
        {
            if (pending.IsEmpty && drained.Task.IsCompleted)
            {
                return;
            }
            foreach (ulong key in pending.Keys)
            {
                bool taken;
                Submission submission;
                lock (pulling)
                {
                    taken = pending.TryRemove(key, out submission);
                }
                if (taken)
                {
                    submission.End(MpaResult.Abandoned(submission.Count));
                }
            }
            drained.TrySetResult(MpaResult.Abandoned(0));
        }

        private enum Pulled
        {
            Nothing,
            Event,
            Closed,
        }

        private Pulled Pull(uint timeoutMs)
        {
            var next = Native.mpa_event.Init();
            var result = Native.mpa_result.Init();
            Submission ended = null;
            lock (pulling)
            {
                if (timeoutMs == 0)
                {
                    if (Native.mpa_poll_event(handle, &next, &result) == 0
                        && result.status == (int)MpaStatus.InvalidHandle)
                    {
                        return Pulled.Closed;
                    }
                }
                else if (Native.mpa_wait_event(handle, timeoutMs, &next, &result) != 0)
                {
                    return Pulled.Closed;
                }
                if (next.type == (int)MpaEventType.Completed)
                {
                    // A key that nobody knows was submitted past this class: not ours.
                    pending.TryRemove(next.user_data, out ended);
                }
            }
            // Outside of the lock: this runs what awaits the task, which may come back here.
            switch ((MpaEventType)next.type)
            {
                case MpaEventType.None:
                    return Pulled.Nothing;
                case MpaEventType.Completed:
                    ended?.End(new MpaResult(&result));
                    break;
                case MpaEventType.Drained:
                    drained.TrySetResult(new MpaResult(&result));
                    break;
                case MpaEventType.AuthorizationNeeded:
                    Notifications.NeedAuthorization(Text.Decode(result.message));
                    break;
                case MpaEventType.Log:
                    Notifications.Log((MpaLogLevel)next.user_data, Text.Decode(result.message));
                    break;
            }
            return Pulled.Event;
        }

        /// <summary>Where nobody else pulls: from the first thing on that somebody waits for.</summary>
        internal void StartPump()
        {
            if (!HostPolls && Interlocked.Exchange(ref pumps, 1) == 0)
            {
                new Thread(Pump) { IsBackground = true, Name = "mpa events" }.Start();
            }
        }

        private void Pump()
        {
            var pulled = Pulled.Nothing;
            while (!closing && pulled != Pulled.Closed)
            {
                pulled = Pull(PumpMs);
            }
            if (pulled == Pulled.Closed)
            {
                Abandon();
            }
        }
    }
}
