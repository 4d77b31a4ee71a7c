using System;
using System.Collections.Generic;

namespace Mpa
{
    using Mpa.Internal;

    /// <summary>The users or groups of a call that were certainly never sent, and what to do with
    /// them.</summary>
    public sealed class MpaUnsent
    {
        internal MpaUnsent(Native.mpa_unsent raw)
        {
            Resend = (MpaResend)raw.resend;
            First = (int)raw.first;
            Count = (int)raw.count;
            RefusedForNow = (int)raw.refused_for_now;
            Delay = TimeSpan.FromMilliseconds(raw.delay_ms);
        }

        /// <summary>Whether, when and by whom they can be sent again.</summary>
        public MpaResend Resend { get; }

        /// <summary>The index of the first of them.</summary>
        public int First { get; }

        /// <summary>How many there are. 0: none.</summary>
        public int Count { get; }

        /// <summary>How many directly before <see cref="First"/> the service refused for a reason that
        /// passes by itself, such as a limit. They did not happen either.</summary>
        public int RefusedForNow { get; }

        /// <summary>How long to wait before they are sent again.</summary>
        public TimeSpan Delay { get; }

        /// <summary>What to send again, from what was passed in: the users or groups that were never sent, and those
        /// before them that were refused for now.</summary>
        public T[] Of<T>(IReadOnlyList<T> passedIn)
        {
            var items = new T[RefusedForNow + Count];
            for (int i = 0; i < items.Length; i++)
            {
                items[i] = passedIn[First - RefusedForNow + i];
            }
            return items;
        }
    }
}
