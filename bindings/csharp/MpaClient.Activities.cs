using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Threading;
using System.Threading.Tasks;

namespace Mpa
{
    using Mpa.Internal;

    // What users play, and how others join.
    public sealed partial class MpaClient
    {
        /// <summary>How many activities of each user a blocking query has room for, and the least for all
        /// users.</summary>
        private const uint RecordsPerUser = 8, LeastRecords = 256;

        /// <summary>Sets the activity of a user, in place of the one that the user has in this title, and blocks
        /// until the service has responded: do not call it on the game thread.</summary>
        public MpaResult SetActivity(ulong xuid, MpaActivity activity)
        {
            MpaResult set = Call(xuid, activity, null);
            return activity?.Authorization == null ? Observed(set) : set;
        }

        /// <summary>Deletes the activity of a user, and blocks until the service has responded: do not call it on the
        /// game thread.</summary>
        /// <param name="xuid">The user.</param>
        /// <param name="sequenceNumber">As <see cref="MpaActivity.SequenceNumber"/>; 0: the library's
        /// own.</param>
        /// <param name="authorization">The user's own token, for this call only. Null: the client's.</param>
        public MpaResult DeleteActivity(
            ulong xuid, ulong sequenceNumber = 0, [AllowNull] MpaAuthorization authorization = null)
        {
            MpaResult deleted = CallDelete(xuid, sequenceNumber, authorization, null);
            return authorization == null ? Observed(deleted) : deleted;
        }

        /// <summary>Queries what users play, and blocks until the service has responded: do not call it on the game
        /// thread. 1 to <see cref="MpaLimits.MaxQueriedUsersPerCall"/> users. It has room for 8 activities of each,
        /// and at least 256; if there are more, the result says so and is not <see cref="MpaStatus.Ok"/>.
        /// <see cref="QueryActivitiesAsync"/> has room for all.</summary>
        /// <param name="xuids">The users: an array or a list.</param>
        /// <param name="authorization">A user's own token, for this call only. Null: the client's.</param>
        public MpaActivities QueryActivities(
            IReadOnlyList<ulong> xuids, [AllowNull] MpaAuthorization authorization = null)
        {
            return Find(xuids?.Count ?? 0, authorization, records => CallQuery(xuids, authorization, null, records));
        }

        /// <summary>Queries what one user plays: as <see cref="QueryActivities"/>.</summary>
        public MpaActivities GetActivities(ulong xuid, [AllowNull] MpaAuthorization authorization = null)
        {
            return Find(1, authorization, records => CallGet(xuid, authorization, null, records));
        }

        /// <summary>Submits what <see cref="SetActivity"/> sends: as
        /// <see cref="SendInviteAsync"/>.</summary>
        public Task<MpaResult> SetActivityAsync(
            ulong xuid, MpaActivity activity, CancellationToken cancellationToken = default(CancellationToken))
        {
            return operations.Submit(NewSet(xuid, activity, cancellationToken));
        }

        /// <summary>Submits what <see cref="DeleteActivity"/> sends: as
        /// <see cref="SendInviteAsync"/>.</summary>
        public Task<MpaResult> DeleteActivityAsync(
            ulong xuid, ulong sequenceNumber = 0, [AllowNull] MpaAuthorization authorization = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return operations.Submit(NewDelete(xuid, sequenceNumber, authorization, cancellationToken));
        }

        /// <summary>Submits the query of <see cref="QueryActivities"/>: as <see cref="SendInviteAsync"/>.</summary>
        public Task<MpaActivities> QueryActivitiesAsync(
            IReadOnlyList<ulong> xuids, [AllowNull] MpaAuthorization authorization = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return operations.Submit(NewQuery(xuids, authorization, cancellationToken));
        }

        /// <summary>Submits the query of <see cref="GetActivities"/>: as <see cref="SendInviteAsync"/>.</summary>
        public Task<MpaActivities> GetActivitiesAsync(
            ulong xuid, [AllowNull] MpaAuthorization authorization = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return operations.Submit(NewGet(xuid, authorization, cancellationToken));
        }

        /// <summary>As <see cref="SubmitInvite"/>.</summary>
        public void SubmitSetActivity(ulong xuid, MpaActivity activity, Action<MpaResult> completed)
        {
            operations.Submit(NewSet(xuid, activity, CancellationToken.None, completed));
        }

        /// <summary>As <see cref="SubmitInvite"/>.</summary>
        public void SubmitDeleteActivity(
            ulong xuid, ulong sequenceNumber, [AllowNull] MpaAuthorization authorization, Action<MpaResult> completed)
        {
            operations.Submit(NewDelete(xuid, sequenceNumber, authorization, CancellationToken.None, completed));
        }

        /// <summary>As <see cref="SubmitInvite"/>.</summary>
        public void SubmitQueryActivities(
            IReadOnlyList<ulong> xuids, [AllowNull] MpaAuthorization authorization, Action<MpaActivities> completed)
        {
            operations.Submit(NewQuery(xuids, authorization, CancellationToken.None, completed));
        }

        /// <summary>As <see cref="SubmitInvite"/>.</summary>
        public void SubmitGetActivities(
            ulong xuid, [AllowNull] MpaAuthorization authorization, Action<MpaActivities> completed)
        {
            operations.Submit(NewGet(xuid, authorization, CancellationToken.None, completed));
        }

        /// <summary>As <see cref="EnqueueInviteAsync"/>.</summary>
        public Task<MpaOperation> EnqueueSetActivityAsync(
            ulong xuid, MpaActivity activity, CancellationToken cancellationToken = default(CancellationToken))
        {
            return operations.EnqueueAsync(NewSet(xuid, activity, cancellationToken));
        }

        /// <summary>As <see cref="EnqueueInviteAsync"/>.</summary>
        public Task<MpaOperation> EnqueueDeleteActivityAsync(
            ulong xuid, ulong sequenceNumber = 0, [AllowNull] MpaAuthorization authorization = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return operations.EnqueueAsync(NewDelete(xuid, sequenceNumber, authorization, cancellationToken));
        }

        private Submission NewSet(
            ulong xuid, MpaActivity activity, CancellationToken cancellationToken,
            [AllowNull] Action<MpaResult> completed = null)
        {
            return operations.NewSubmission(
                this, false, 1, cancellationToken, submission => Call(xuid, activity, submission), completed);
        }

        private Submission NewDelete(
            ulong xuid, ulong sequenceNumber, [AllowNull] MpaAuthorization authorization,
            CancellationToken cancellationToken, [AllowNull] Action<MpaResult> completed = null)
        {
            return operations.NewSubmission(
                this, false, 1, cancellationToken,
                submission => CallDelete(xuid, sequenceNumber, authorization, submission), completed);
        }

        private QuerySubmission NewQuery(
            IReadOnlyList<ulong> xuids, [AllowNull] MpaAuthorization authorization, CancellationToken cancellationToken,
            [AllowNull] Action<MpaActivities> completed = null)
        {
            return operations.NewQuery(
                this, xuids?.Count ?? 0, cancellationToken,
                submission => CallQuery(xuids, authorization, submission, null), completed);
        }

        private QuerySubmission NewGet(
            ulong xuid, [AllowNull] MpaAuthorization authorization, CancellationToken cancellationToken,
            [AllowNull] Action<MpaActivities> completed = null)
        {
            return operations.NewQuery(
                this, 1, cancellationToken, submission => CallGet(xuid, authorization, submission, null), completed);
        }

        private MpaActivities Find(
            int users, [AllowNull] MpaAuthorization authorization, Func<ActivityRecords, MpaResult> query)
        {
            uint asked = Math.Min((uint)users, MpaLimits.MaxQueriedUsersPerCall);
            using (var records = new ActivityRecords(Math.Max(asked * RecordsPerUser, LeastRecords)))
            {
                MpaResult result = query(records);
                if (authorization == null)
                {
                    result = Observed(result);
                }
                bool isCut = result.IsOk && records.Total > records.Capacity;
                return new MpaActivities(
                    isCut ? MpaResult.TooManyActivities(result, records) : result, records.ToArray());
            }
        }

        private unsafe MpaResult Call(
            ulong xuid, [AllowNull] MpaActivity activity, [AllowNull] Submission submission)
        {
            if (activity == null)
            {
                return MpaResult.Invalid("activity is null. Nothing was sent.", 1);
            }
            var own = activity.Authorization;
            var result = Native.mpa_result.Init();
            ulong operation = 0;
            using (var texts = new Texts())
            {
                var authorization = own == null
                    ? default(Native.mpa_authorization)
                    : Authorizations.Raw(own, "activity.Authorization", texts);
                var raw = new Native.mpa_activity
                {
                    struct_size = (uint)sizeof(Native.mpa_activity),
                    join_restriction = (int)activity.JoinRestriction,
                    connection_string = texts.Add(activity.ConnectionString, "activity.ConnectionString"),
                    group_id = texts.Add(activity.GroupId, "activity.GroupId"),
                    max_players = activity.MaxPlayers,
                    current_players = activity.CurrentPlayers,
                    platform = (int)activity.Platform,
                    time_to_live_ms = Time.Limit(activity.TimeToLive),
                    sequence_number = activity.SequenceNumber,
                    authorization = own == null ? null : &authorization,
                };
                if (texts.Refusal != null)
                {
                    return texts.Refusal;
                }
                if (submission == null)
                {
                    Native.mpa_set_activity(handle, xuid, &raw, &result);
                }
                else
                {
                    Native.mpa_submit_set_activity(handle, xuid, &raw, submission.Key, &operation, &result);
                }
            }
            return Submitted(submission, operation, &result, 1);
        }

        private unsafe MpaResult CallDelete(
            ulong xuid, ulong sequenceNumber, [AllowNull] MpaAuthorization own, [AllowNull] Submission submission)
        {
            var result = Native.mpa_result.Init();
            ulong operation = 0;
            using (var texts = new Texts())
            {
                Native.mpa_authorization raw;
                Native.mpa_authorization* authorization = Authorizations.Own(own, &raw, texts);
                if (texts.Refusal != null)
                {
                    return texts.Refusal;
                }
                if (submission == null)
                {
                    Native.mpa_delete_activity(handle, xuid, sequenceNumber, authorization, &result);
                }
                else
                {
                    Native.mpa_submit_delete_activity(
                        handle, xuid, sequenceNumber, authorization, submission.Key, &operation, &result);
                }
            }
            return Submitted(submission, operation, &result, 1);
        }

        private unsafe MpaResult CallQuery(
            [AllowNull] IReadOnlyList<ulong> xuids, [AllowNull] MpaAuthorization own,
            [AllowNull] Submission submission, [AllowNull] ActivityRecords records)
        {
            ulong[] users = Xuids.Array(xuids);
            var count = (uint)users.Length;
            var result = Native.mpa_result.Init();
            ulong operation = 0;
            using (var texts = new Texts())
            fixed (ulong* numbers = users)
            {
                Native.mpa_authorization raw;
                Native.mpa_authorization* authorization = Authorizations.Own(own, &raw, texts);
                if (texts.Refusal != null)
                {
                    return texts.Refusal;
                }
                if (records != null)
                {
                    uint total = 0;
                    Native.mpa_query_activities(
                        handle, numbers, count, authorization, records.Pointer, records.Capacity, &total, &result);
                    records.Total = total;
                }
                else if (submission != null)
                {
                    Native.mpa_submit_query_activities(
                        handle, numbers, count, authorization, submission.Key, &operation, &result);
                }
            }
            return Submitted(submission, operation, &result, users.Length);
        }

        private unsafe MpaResult CallGet(
            ulong xuid, [AllowNull] MpaAuthorization own, [AllowNull] Submission submission,
            [AllowNull] ActivityRecords records)
        {
            var result = Native.mpa_result.Init();
            ulong operation = 0;
            using (var texts = new Texts())
            {
                Native.mpa_authorization raw;
                Native.mpa_authorization* authorization = Authorizations.Own(own, &raw, texts);
                if (texts.Refusal != null)
                {
                    return texts.Refusal;
                }
                if (records != null)
                {
                    uint total = 0;
                    Native.mpa_get_activities(
                        handle, xuid, authorization, records.Pointer, records.Capacity, &total, &result);
                    records.Total = total;
                }
                else if (submission != null)
                {
                    Native.mpa_submit_get_activities(
                        handle, xuid, authorization, submission.Key, &operation, &result);
                }
            }
            return Submitted(submission, operation, &result, 1);
        }
    }
}
