using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;

namespace Mpa.Internal
{
    /// <summary>The numbers by which Xbox knows users.</summary>
    internal static class Xuids
    {
        private static readonly ulong[] None = new ulong[0];

        /// <summary>An array stays the one it is: it is only read, while the call lasts.</summary>
        internal static ulong[] Array([AllowNull] IReadOnlyList<ulong> xuids)
        {
            if (xuids == null)
            {
                return None;
            }
            if (xuids is ulong[] same)
            {
                return same;
            }
            var array = new ulong[xuids.Count];
            for (int i = 0; i < array.Length; i++)
            {
                array[i] = xuids[i];
            }
            return array;
        }
    }
}
