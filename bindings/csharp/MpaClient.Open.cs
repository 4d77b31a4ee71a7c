using System.Diagnostics.CodeAnalysis;

namespace Mpa
{
    using Mpa.Internal;

    public sealed partial class MpaClient
    {
        /// <summary>Opens a client. Reads the files that the configuration names, and nothing else: no
        /// network. That the service can be reached shows with the first call.</summary>
        /// <exception cref="MpaException">The configuration is wrong; its message says which part.</exception>
        public static MpaClient Open(MpaClientConfig config)
        {
            if (!TryOpen(config, out var client, out MpaResult result))
            {
                throw new MpaException(result);
            }
            return client;
        }

        /// <summary>As <see cref="Open"/>, for those who prefer results to exceptions.</summary>
        public static unsafe bool TryOpen(
            MpaClientConfig config, [MaybeNullWhen(false)] out MpaClient client, out MpaResult result)
        {
            client = null;
            if (config == null)
            {
                result = MpaResult.Invalid("config is null.");
                return false;
            }
            var raw = Native.mpa_result.Init();
            var handle = new Native.mpa_client();
            using (var texts = new Texts())
            {
                Native.mpa_client_config rawConfig = Raw(config, texts);
                var authorization = default(Native.mpa_authorization);
                if (config.Authorization != null)
                {
                    authorization = Authorizations.Raw(config.Authorization, "config.Authorization", texts);
                    rawConfig.authorization = &authorization;
                }
                if (texts.Refusal != null)
                {
                    result = texts.Refusal;
                    return false;
                }
                Native.mpa_client_open(&rawConfig, &handle, &raw);
            }
            result = new MpaResult(&raw);
            if (handle.id == 0)
            {
                return false;
            }
            client = new MpaClient(handle, config);
            return true;
        }

        private static unsafe Native.mpa_client_config Raw(MpaClientConfig config, Texts texts)
        {
            return new Native.mpa_client_config
            {
                struct_size = (uint)sizeof(Native.mpa_client_config),
                title_id = config.TitleId,
                endpoint = texts.Add(config.Endpoint, "config.Endpoint"),
                authorization_header = texts.Add(config.AuthorizationHeader, "config.AuthorizationHeader"),
                ca_certificates_path = texts.Add(config.CaCertificatesPath, "config.CaCertificatesPath"),
                user_agent = texts.Add(config.UserAgent, "config.UserAgent"),
                ca_mode = (int)config.CaMode,
                allow_plain_http = config.AllowPlainHttp ? 1u : 0u,
                connect_timeout_ms = Time.Limit(config.ConnectTimeout),
                request_timeout_ms = Time.Limit(config.RequestTimeout),
                call_timeout_ms = Time.Limit(config.CallTimeout),
                max_attempts = config.MaxAttempts,
                invite_limit = config.InviteLimit,
                recent_players_limit = config.RecentPlayersLimit,
                limit_period_ms = Time.Limit(config.LimitPeriod),
                invite_time_to_live_ms = Time.Limit(config.InviteTimeToLive),
                recent_players_time_to_live_ms = Time.Limit(config.RecentPlayersTimeToLive),
                recent_players_hold_ms = Time.OrNone(config.RecentPlayersHold),
                worker_count = config.WorkerCount,
                queue_capacity = config.QueueCapacity,
                queue_capacity_bytes = config.QueueCapacityBytes,
                authorization_lead_ms = Time.OrNone(config.AuthorizationLead),
                owner_tag = config.OwnerTag,
                log_level = (int)config.LogLevel,
                certificate_path = texts.Add(config.CertificatePath, "config.CertificatePath"),
                private_key_path = texts.Add(config.PrivateKeyPath, "config.PrivateKeyPath"),
                certificate_password = texts.Add(config.CertificatePassword, "config.CertificatePassword"),
                certificate_pem = texts.Add(config.CertificatePem, "config.CertificatePem"),
                private_key_pem = texts.Add(config.PrivateKeyPem, "config.PrivateKeyPem"),
                sandbox_id = texts.Add(config.SandboxId, "config.SandboxId"),
                relying_party = texts.Add(config.RelyingParty, "config.RelyingParty"),
                sign_in_endpoint = texts.Add(config.SignInEndpoint, "config.SignInEndpoint"),
                token_endpoint = texts.Add(config.TokenEndpoint, "config.TokenEndpoint"),
            };
        }
    }
}
