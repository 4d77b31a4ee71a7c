using System;
using System.Diagnostics.CodeAnalysis;

namespace Mpa
{
    using Mpa.Internal;

    public sealed partial class MpaClient
    {
        /// <summary>The client's current statistics; false if it is closed. Cheap enough for every frame. Never
        /// blocks.</summary>
        public unsafe bool TryGetStats([MaybeNullWhen(false)] out MpaStats stats, out MpaResult result)
        {
            var numbers = new Native.mpa_stats
            {
                struct_size = (uint)sizeof(Native.mpa_stats),
            };
            var raw = Native.mpa_result.Init();
            bool got = Native.mpa_client_stats(handle, &numbers, &raw) == 0;
            GC.KeepAlive(this);
            result = new MpaResult(&raw);
            stats = got ? new MpaStats(numbers) : null;
            return got;
        }
    }
}
