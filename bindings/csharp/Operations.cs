using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
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

        /// <summary>How long operations that the deadline aborts may take to report it.</summary>
        private const long GraceMs = 1000;

        private readonly Native.mpa_client handle;
        private readonly bool deferRefusals;
        private readonly ConcurrentDictionary<ulong, Submission> pending =
            new ConcurrentDictionary<ulong, Submission>();
        private readonly ConcurrentQueue<KeyValuePair<Submission, MpaResult>> deferred =
            new ConcurrentQueue<KeyValuePair<Submission, MpaResult>>();
        private readonly TaskCompletionSource<MpaResult> drained;
        private readonly WaitingSubmissions waiting;

        /// <summary>Makes one step of polling an event and taking what it completes: what is pending
        /// while this is held has no event that another thread has polled.</summary>
        private readonly object polling = new object();

        private long lastKey;
        private int pumps;
        private volatile bool closing;
        private volatile bool draining;

        internal Operations(Native.mpa_client handle, MpaClientConfig config)
        {
            this.handle = handle;
            HostPolls = config.HostPolls;
            deferRefusals = config.DeferRefusals;
            drained = new TaskCompletionSource<MpaResult>(Options);
            waiting = new WaitingSubmissions(this);
            Authorizations = new Authorizations(handle, config, Notifications);
        }

        internal bool HostPolls { get; }

        internal Notifications Notifications { get; } = new Notifications();

        internal Authorizations Authorizations { get; }

        /// <summary>A client whose host provides the authorization asks for the first one.</summary>
        internal void Begin()
        {
            if (Authorizations.HasProvider)
            {
                StartPump();
                if (!Authorizations.IsGiven)
                {
                    Authorizations.Renew(MpaAuthorizationReason.Missing);
                }
            }
        }

        /// <summary>What awaits a task runs inside Poll if the host polls; else never on the thread that completes
        /// the others.</summary>
        internal TaskCreationOptions Options =>
            HostPolls ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously;

        /// <summary>Submits. The submission ends with the refusal, if it is refused.</summary>
        internal Task<MpaResult> Submit(Submission submission)
        {
            MpaResult submitted = TrySubmit(submission);
            if (!submitted.IsOk)
            {
                Refuse(submission, submitted);
            }
            return submission.Task;
        }

        internal Task<MpaActivities> Submit(QuerySubmission query)
        {
            Submit((Submission)query);
            return query.Found;
        }

        /// <summary>Submits as soon as there is room in the queue.</summary>
        internal Task<MpaOperation> EnqueueAsync(Submission submission)
        {
            return waiting.Add(submission);
        }

        internal Submission NewSubmission(
            MpaClient owner, bool isInvite, int count, CancellationToken cancellationToken,
            Func<Submission, MpaResult> call, [AllowNull] Action<MpaResult> completed = null)
        {
            var notify = Notifications.Guard(completed);
            return new Submission(owner, NewKey(), isInvite, count, cancellationToken, call, notify, Options);
        }

        internal QuerySubmission NewQuery(
            MpaClient owner, int count, CancellationToken cancellationToken, Func<Submission, MpaResult> call,
            [AllowNull] Action<MpaActivities> completed = null)
        {
            var notify = Notifications.Guard(completed);
            return new QuerySubmission(owner, NewKey(), count, cancellationToken, call, notify, Options);
        }

        private ulong NewKey()
        {
            return (ulong)Interlocked.Increment(ref lastKey);
        }

        internal MpaResult TrySubmit(Submission submission)
        {
            if (submission.CancellationToken.IsCancellationRequested)
            {
                return MpaResult.CancelledBefore(submission.Count);
            }
            pending[submission.Key] = submission;
            bool isSubmitted = false;
            try
            {
                MpaResult submitted = submission.Call(submission);
                isSubmitted = submitted.IsOk;
                if (!isSubmitted)
                {
                    return submitted;
                }
            }
            finally
            {
                if (!isSubmitted)
                {
                    pending.TryRemove(submission.Key, out _);
                }
            }
            StartPump();
            submission.CancelWithToken(handle);
            return MpaResult.Submitted;
        }

        private void Refuse(Submission submission, MpaResult refusal)
        {
            bool defers = (deferRefusals || submission.HasCallback) && !closing;
            if (!defers)
            {
                submission.End(refusal);
            }
            else if (HostPolls)
            {
                deferred.Enqueue(new KeyValuePair<Submission, MpaResult>(submission, refusal));
            }
            else
            {
                ThreadPool.QueueUserWorkItem(state => submission.End(refusal));
            }
        }

        private int EndDeferred()
        {
            int ended = 0;
            while (deferred.TryDequeue(out var refused))
            {
                refused.Key.End(refused.Value);
                ended++;
            }
            return ended;
        }

        internal int Poll()
        {
            int events = 0;
            // Else it would wait for the thread that polls, which may be waiting itself.
            if (HostPolls)
            {
                events += EndDeferred();
                Polled polled;
                while ((polled = PollOne(0)) == Polled.Event)
                {
                    events++;
                }
                if (polled == Polled.Closed)
                {
                    Abandon();
                }
                else
                {
                    Authorizations.Look();
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
            var waitedFor = pending.Values.Where(submission => !submission.IsOpenMatch);
            return Task.WhenAll(waitedFor.Select(submission => submission.Task));
        }

        internal Task<MpaResult> DrainAsync(uint deadlineMs)
        {
            var result = Native.mpa_result.Init();
            int status = Native.mpa_client_drain(handle, deadlineMs, &result);
            waiting.Serve();
            // Closed: it is being drained already.
            if (status != 0 && status != (int)MpaStatus.Closed)
            {
                return Task.FromResult(new MpaResult(&result));
            }
            draining = true;
            StartPump();
            return drained.Task;
        }

        /// <summary>Drains on this thread, also if another one polls.</summary>
        internal void DrainHere(uint deadlineMs)
        {
            closing = true;
            Authorizations.Close();
            Native.mpa_client_wake(handle);
            if (pending.IsEmpty && !draining)
            {
                return;
            }
            var clock = Stopwatch.StartNew();
            Native.mpa_client_drain(handle, deadlineMs, null);
            while (!drained.Task.IsCompleted && clock.ElapsedMilliseconds < deadlineMs + GraceMs)
            {
                if (PollOne(50) == Polled.Closed)
                {
                    return;
                }
            }
        }

        internal MpaCloseReport Close(uint deadlineMs)
        {
            var report = new Native.mpa_close_report
            {
                struct_size = (uint)sizeof(Native.mpa_close_report),
            };
            return Native.mpa_client_close(handle, deadlineMs, &report) == 0
                ? new MpaCloseReport(report) : MpaCloseReport.OfAnotherCall();
        }

        /// <summary>Completes what no event can complete any more, since the client is closed.</summary>
        internal void Abandon()
        {
            closing = true;
            Authorizations.Close();
            EndDeferred();
            waiting.Serve();
            if (pending.IsEmpty && drained.Task.IsCompleted)
            {
                return;
            }
            foreach (ulong key in pending.Keys)
            {
                var submission = default(Submission);
                lock (polling)
                {
                    pending.TryRemove(key, out submission);
                }
                if (submission != null)
                {
                    submission.End(MpaResult.OfUnknownEnd(submission));
                }
            }
            drained.TrySetResult(MpaResult.DrainOfUnknownEnd);
        }

        private enum Polled
        {
            Nothing,
            Event,
            Closed,
        }

        private Polled PollOne(uint timeoutMs)
        {
            var next = Native.mpa_event.Init();
            var result = Native.mpa_result.Init();
            var ended = default(Submission);
            var found = default(ActivityRecords);
            lock (polling)
            {
                if (timeoutMs == 0)
                {
                    if (Native.mpa_poll_event(handle, &next, &result) == 0
                        && result.status == (int)MpaStatus.InvalidHandle)
                    {
                        return Polled.Closed;
                    }
                }
                else if (Native.mpa_wait_event(handle, timeoutMs, &next, &result) != 0)
                {
                    return Polled.Closed;
                }
                if (next.type == (int)MpaEventType.Completed)
                {
                    // A key that is not known was submitted past this class: not ours.
                    pending.TryRemove(next.user_data, out ended);
                    if (ended is QuerySubmission)
                    {
                        // It is there until the next event is polled.
                        found = ActivityRecords.Read(handle, next.operation);
                    }
                }
            }
            (ended as QuerySubmission)?.Take(found);
            // Outside of the lock: this runs what awaits the task, which may come back here.
            switch ((MpaEventType)next.type)
            {
                case MpaEventType.None:
                    return Polled.Nothing;
                case MpaEventType.Completed:
                    if (ended != null)
                    {
                        ended.End(new MpaResult(&result, ended.Count));
                    }
                    waiting.Serve();
                    break;
                case MpaEventType.Drained:
                    drained.TrySetResult(new MpaResult(&result));
                    break;
                case MpaEventType.AuthorizationNeeded:
                    NeedAuthorization((MpaAuthorizationReason)next.reason, new MpaResult(&result));
                    break;
                case MpaEventType.Log:
                    Notifications.Log((MpaLogLevel)next.user_data, new MpaResult(&result));
                    break;
            }
            return Polled.Event;
        }

        private void NeedAuthorization(MpaAuthorizationReason reason, MpaResult need)
        {
            Notifications.NeedAuthorization(reason, need.Message);
            Authorizations.Renew(reason);
        }

        /// <summary>Where no other thread polls: started by the first operation, handler or provider.</summary>
        internal void StartPump()
        {
            if (!HostPolls && Interlocked.Exchange(ref pumps, 1) == 0)
            {
                new Thread(Pump) { IsBackground = true, Name = "mpa events" }.Start();
            }
        }

        private void Pump()
        {
            var polled = Polled.Nothing;
            while (!closing && polled != Polled.Closed)
            {
                polled = PollOne(Authorizations.UntilLook(PumpMs));
                Authorizations.Look();
            }
            if (polled == Polled.Closed)
            {
                Abandon();
            }
        }
    }
}
