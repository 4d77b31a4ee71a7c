using System;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;

namespace Mpa
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
        private readonly bool hostPolls;
        private readonly ConcurrentDictionary<ulong, Submission> pending =
            new ConcurrentDictionary<ulong, Submission>();
        private readonly TaskCompletionSource<Result> drained;

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
            this.hostPolls = hostPolls;
            drained = new TaskCompletionSource<Result>(Options);
        }

        internal event Action<EventType> Notified;

        /// <summary>What awaits a task runs inside Poll where the host polls; else never on the thread
        /// that completes the others.</summary>
        private TaskCreationOptions Options =>
            hostPolls ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously;

        internal Task<Result> Submit(
            Client owner, int count, CancellationToken token, Func<Submission, Result> call)
        {
            if (token.IsCancellationRequested)
            {
                return Task.FromResult(Result.CancelledBefore());
            }
            ulong key = (ulong)Interlocked.Increment(ref lastKey);
            var submission = new Submission(owner, key, count, Options);
            pending[key] = submission;
            Result submitted = null;
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
            while (hostPolls && Pull(0) == Pulled.Event)
            {
                events++;
            }
            return events;
        }

        internal Task<Result> DrainAsync(uint deadlineMs)
        {
            var result = Native.mpa_result.Init();
            int status = Native.mpa_client_drain(handle, deadlineMs, &result);
            // Closed: it is being drained already.
            if (status != 0 && status != (int)Status.Closed)
            {
                return Task.FromResult(new Result(&result));
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

        /// <summary>Completes what no event can complete any more.</summary>
        internal void Abandon()
        {
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
                    submission.End(Result.Abandoned(submission.Count));
                }
            }
            drained.TrySetResult(Result.Abandoned(0));
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
                    Native.mpa_poll_event(handle, &next, &result);
                }
                else if (Native.mpa_wait_event(handle, timeoutMs, &next, &result) != 0)
                {
                    return Pulled.Closed;
                }
                if (next.type == (int)EventType.Completed)
                {
                    // A key that nobody knows was submitted past this class: not ours.
                    pending.TryRemove(next.user_data, out ended);
                }
            }
            // Outside of the lock: this runs what awaits the task, which may come back here.
            switch ((EventType)next.type)
            {
                case EventType.None:
                    return Pulled.Nothing;
                case EventType.Completed:
                    ended?.End(new Result(&result));
                    break;
                case EventType.Drained:
                    drained.TrySetResult(new Result(&result));
                    break;
                default:
                    Notified?.Invoke((EventType)next.type);
                    break;
            }
            return Pulled.Event;
        }

        private void StartPump()
        {
            if (!hostPolls && Interlocked.Exchange(ref pumps, 1) == 0)
            {
                new Thread(Pump) { IsBackground = true, Name = "mpa events" }.Start();
            }
        }

        private void Pump()
        {
            while (!closing && Pull(PumpMs) != Pulled.Closed)
            {
            }
        }
    }
}
