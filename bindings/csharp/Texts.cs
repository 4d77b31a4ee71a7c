using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;

namespace Mpa.Internal
{
    /// <summary>The texts of one call on their way to C. They lie outside of what the collector moves,
    /// so that it makes no copies of secrets, and are wiped when the call is over.</summary>
    internal sealed unsafe class Texts : IDisposable
    {
        private static readonly UTF8Encoding Strict = new UTF8Encoding(false, true);
        private readonly List<KeyValuePair<IntPtr, int>> copies = new List<KeyValuePair<IntPtr, int>>();

        /// <summary>Why the first text that would have arrived as another than it is cannot be sent;
        /// else null. Look here before the call.</summary>
        [MaybeNull, AllowNull]
        internal MpaResult Refusal { get; private set; }

        /// <summary>A null text becomes null, which means the default.</summary>
        internal byte* Add([AllowNull] string text, string field)
        {
            if (text == null || Refusal != null)
            {
                return null;
            }
            int nul = text.IndexOf('\0');
            if (nul >= 0)
            {
                Refusal = MpaResult.Invalid(
                    field + " has a NUL at position " + nul + ", where C would end it. Nothing was sent.");
                return null;
            }
            try
            {
                return Copy(text);
            }
            catch (EncoderFallbackException broken)
            {
                Refusal = MpaResult.Invalid(
                    field + " has half a surrogate pair at position " + broken.Index + ". Nothing was sent.");
                return null;
            }
        }

        public void Dispose()
        {
            foreach (KeyValuePair<IntPtr, int> copy in copies)
            {
                Text.Wipe((byte*)copy.Key, copy.Value);
                Marshal.FreeHGlobal(copy.Key);
            }
            copies.Clear();
        }

        private byte* Copy(string text)
        {
            int length = Strict.GetByteCount(text);
            IntPtr memory = Marshal.AllocHGlobal(length + 1);
            copies.Add(new KeyValuePair<IntPtr, int>(memory, length + 1));
            var utf8 = (byte*)memory;
            fixed (char* characters = text)
            {
                Strict.GetBytes(characters, text.Length, utf8, length);
            }
            utf8[length] = 0;
            return utf8;
        }
    }
}
