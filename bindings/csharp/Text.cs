using System;
using System.Text;

namespace Mpa
{
    /// <summary>Text on its way to C and back: UTF-8 that ends in NUL.</summary>
    internal static unsafe class Text
    {
        private static readonly UTF8Encoding Strict = new UTF8Encoding(false, true);

        /// <summary>A null text becomes null, which means the default. What would arrive as another
        /// text than it is, is refused: then this returns why, else null.</summary>
        internal static Result Encode(string text, string field, out byte[] utf8)
        {
            utf8 = null;
            if (text == null)
            {
                return null;
            }
            int nul = text.IndexOf('\0');
            if (nul >= 0)
            {
                return Result.Invalid(
                    field + " has a NUL at position " + nul + ", where C would end it. Nothing was sent.");
            }
            try
            {
                utf8 = new byte[Strict.GetByteCount(text) + 1];
                Strict.GetBytes(text, 0, text.Length, utf8, 0);
                return null;
            }
            catch (EncoderFallbackException broken)
            {
                return Result.Invalid(
                    field + " has half a surrogate pair at position " + broken.Index + ". Nothing was sent.");
            }
        }

        /// <summary>Forgets a token.</summary>
        internal static void Wipe(byte[] utf8)
        {
            if (utf8 != null)
            {
                Array.Clear(utf8, 0, utf8.Length);
            }
        }

        /// <summary>Copies a text that ends in NUL.</summary>
        internal static string Decode(byte* utf8)
        {
            int length = 0;
            while (utf8[length] != 0)
            {
                length++;
            }
            return Encoding.UTF8.GetString(utf8, length);
        }
    }
}
