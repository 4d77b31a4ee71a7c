using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Mpa.Internal
{
    /// <summary>Where the library writes records: outside of the managed heap, since they are large, and only
    /// what is written is touched.</summary>
    internal sealed unsafe class ActivityRecords : IDisposable
    {
        private static readonly MpaActivityRecord[] None = new MpaActivityRecord[0];

        private readonly Native.mpa_activity_record* records;

        internal ActivityRecords(uint capacity)
        {
            Capacity = Math.Max(capacity, 1);
            records = (Native.mpa_activity_record*)Marshal.AllocHGlobal(
                new IntPtr(Capacity * (long)sizeof(Native.mpa_activity_record)));
            records->struct_size = (uint)sizeof(Native.mpa_activity_record);
        }

        internal uint Capacity { get; }

        /// <summary>How many there were.</summary>
        internal uint Total { get; set; }

        internal Native.mpa_activity_record* Pointer => records;

        /// <summary>Reads what a submitted query has found, until the next event is polled; null: nothing, or
        /// it ended without looking.</summary>
        [return: MaybeNull]
        internal static ActivityRecords Read(Native.mpa_client client, ulong operation)
        {
            uint total = 0;
            if (Native.mpa_read_activities(client, operation, null, 0, &total, null) != 0 || total == 0)
            {
                return null;
            }
            var found = new ActivityRecords(total);
            Native.mpa_read_activities(client, operation, found.records, found.Capacity, &total, null);
            found.Total = total;
            return found;
        }

        /// <summary>Those that fitted.</summary>
        internal MpaActivityRecord[] ToArray()
        {
            uint count = Math.Min(Total, Capacity);
            if (count == 0)
            {
                return None;
            }
            var copies = new MpaActivityRecord[count];
            for (uint i = 0; i < count; i++)
            {
                Native.mpa_activity_record* raw = records + i;
                copies[i] = new MpaActivityRecord
                {
                    Xuid = raw->xuid,
                    TitleId = raw->title_id,
                    SequenceNumber = raw->sequence_number,
                    JoinRestriction = (MpaJoinRestriction)raw->join_restriction,
                    Platform = (MpaPlatform)raw->platform,
                    MaxPlayers = raw->max_players,
                    CurrentPlayers = raw->current_players,
                    ConnectionString = Text.Decode(raw->connection_string),
                    GroupId = Text.Decode(raw->group_id),
                };
            }
            return copies;
        }

        public void Dispose()
        {
            Marshal.FreeHGlobal((IntPtr)records);
        }
    }
}
