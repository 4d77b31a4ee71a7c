using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Mpa.Internal
{
    /// <summary>Puts the names of C# into messages that speak of those in mpa.h: "config.connect_timeout_ms"
    /// becomes "config.ConnectTimeout.TotalMilliseconds".</summary>
    internal static partial class MemberNames
    {
        private static readonly Dictionary<string, string> Members = Read(All);

        /// <summary>A field of an argument or with an underscore, a function, a number, or NULL.</summary>
        private static readonly Regex Names = new Regex(
            @"(?<=\b(?:config|invite|activity|authorization|(?:groups|users|players|recent_players)\[[0-9]+\])\.)"
            + @"[a-z_]+"
            + @"|\b[a-z]+(?:_[a-z]+)+\b|\bMPA_[A-Z0-9_]+|\bNULL\b");

        /// <summary>The count of an array, which is one argument with it here.</summary>
        private static readonly Regex Counts = new Regex(
            "^count(?<rest> is [0-9]+; it must be 1 to [0-9]+ (?<what>groups|recent players|users|XUIDs)\\.)");

        private static readonly Dictionary<string, string> Lists = new Dictionary<string, string>
        {
            { "groups", "groups" }, { "recent players", "players" }, { "users", "users" }, { "XUIDs", "xuids" },
        };

        internal static string Translate(string message)
        {
            string text = Counts.Replace(
                message, count => Lists[count.Groups["what"].Value] + ".Count" + count.Groups["rest"].Value);
            return Names.Replace(text, name => NameOf(name.Value));
        }

        internal static string NameOf(string name)
        {
            if (name == "NULL")
            {
                return "null";
            }
            return Members.TryGetValue(name, out var member) ? member : name;
        }

        private static Dictionary<string, string> Read(string table)
        {
            var names = new Dictionary<string, string>();
            foreach (string entry in table.Split(' '))
            {
                int sign = entry.IndexOf('=');
                names[entry.Substring(0, sign)] = entry.Substring(sign + 1);
            }
            return names;
        }
    }
}
