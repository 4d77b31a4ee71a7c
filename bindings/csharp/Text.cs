using System.Text;

namespace Mpa.Internal
{
    /// <summary>Text as C has it: UTF-8 that ends in NUL.</summary>
    internal static unsafe class Text
    {
        /// <summary>Forgets what may be a secret.</summary>
        internal static void Wipe(byte* utf8, int size)
        {
            for (int i = 0; i < size; i++)
            {
                utf8[i] = 0;
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
