using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace Mpa.Internal
{
    /// <summary>Puts the names of C# into messages that speak of those in mpa.h: "config.connect_timeout_ms"
    /// becomes "config.ConnectTimeout.TotalMilliseconds".</summary>
    internal static class MemberNames
    {
        /// <summary>All fields that a message may name. Those with "=" have another name here; the others
        /// follow by a rule.</summary>
        private const string Fields =
            "title_id endpoint authorization_header ca_certificates_path user_agent ca_mode allow_plain_http "
            + "connect_timeout_ms request_timeout_ms call_timeout_ms max_attempts invite_limit "
            + "recent_players_limit limit_period_ms invite_time_to_live_ms recent_players_time_to_live_ms "
            + "recent_players_hold_ms worker_count queue_capacity queue_capacity_bytes authorization_lead_ms "
            + "owner_tag log_level certificate_path private_key_path certificate_password certificate_pem "
            + "private_key_pem sandbox_id relying_party sign_in_endpoint token_endpoint "
            + "header proof_key_pem expires_at_unix_ms=ExpiresAt expires_in_ms=ExpiresIn authorization "
            + "platform sender invited_users invited_user_count=InvitedUsers.Count time_to_live_ms "
            + "connection_string encounter_type timestamp_unix_ms=Timestamp players "
            + "player_count=Players.Count retry_after_ms";

        /// <summary>Functions, and numbers whose name no rule gives.</summary>
        private const string Others =
            "mpa_client_set_authorization=SetAuthorization mpa_client_get_authorization=TryGetAuthorization "
            + "mpa_client_invalidate_authorization=InvalidateAuthorization mpa_client_open=Open "
            + "mpa_client_close=Close mpa_client_drain=DrainAsync mpa_client_flush=FlushAsync "
            + "mpa_poll_event=Poll MPA_OK=MpaStatus.Ok MPA_PLATFORM_IOS=MpaPlatform.IOS "
            + "MPA_PLATFORM_PLAYSTATION=MpaPlatform.PlayStation";

        /// <summary>What the numbers of the header begin with, and the enumeration that they are in.</summary>
        private const string Enumerations =
            "MPA_ERROR_=MpaStatus MPA_PLATFORM_=MpaPlatform MPA_ENCOUNTER_=MpaEncounterType "
            + "MPA_CA_=MpaCaMode MPA_LOG_=MpaLogLevel MPA_AUTHORIZATION_=MpaAuthorizationReason "
            + "MPA_MAX_=MpaLimits MPA_MIN_=MpaLimits";

        private static readonly Dictionary<string, string> Members = Read(Fields + " " + Others);
        private static readonly Dictionary<string, string> Prefixes = Read(Enumerations);

        /// <summary>A field behind a dot or with an underscore, a function, a number, or NULL.</summary>
        private static readonly Regex Names =
            new Regex(@"(?<=[a-z\]]\.)[a-z_]+|\b[a-z]+(?:_[a-z]+)+\b|\bMPA_[A-Z0-9_]+|\bNULL\b");

        internal static string Translate(string message)
        {
            // Of the groups, which are one argument here.
            string text = message.StartsWith("count is ", System.StringComparison.Ordinal)
                ? "groups.Count" + message.Substring("count".Length) : message;
            return Names.Replace(text, name => NameOf(name.Value));
        }

        internal static string NameOf(string name)
        {
            if (name == "NULL")
            {
                return "null";
            }
            if (Members.TryGetValue(name, out var member))
            {
                return member;
            }
            foreach (KeyValuePair<string, string> prefix in Prefixes)
            {
                if (name.StartsWith(prefix.Key, System.StringComparison.Ordinal))
                {
                    // "no MPA_CA_ value": the enumeration itself.
                    bool isWhole = name.Length == prefix.Key.Length;
                    string rest = prefix.Value == "MpaLimits" ? name.Substring(4) : name.Substring(prefix.Key.Length);
                    return isWhole ? prefix.Value : prefix.Value + "." + Pascal(rest.ToLowerInvariant());
                }
            }
            return name;
        }

        private static Dictionary<string, string> Read(string table)
        {
            var names = new Dictionary<string, string>();
            foreach (string entry in table.Split(' '))
            {
                int sign = entry.IndexOf('=');
                string name = sign < 0 ? entry : entry.Substring(0, sign);
                names[name] = sign < 0 ? ByRule(name) : entry.Substring(sign + 1);
            }
            return names;
        }

        /// <summary>Times are a TimeSpan here, and the messages give their milliseconds.</summary>
        private static string ByRule(string name)
        {
            return name.EndsWith("_ms", System.StringComparison.Ordinal)
                ? Pascal(name.Substring(0, name.Length - 3)) + ".TotalMilliseconds"
                : Pascal(name);
        }

        private static string Pascal(string name)
        {
            var pascal = new StringBuilder();
            foreach (string word in name.Split('_'))
            {
                if (word.Length > 0)
                {
                    pascal.Append(char.ToUpperInvariant(word[0])).Append(word, 1, word.Length - 1);
                }
            }
            return pascal.ToString();
        }
    }
}
