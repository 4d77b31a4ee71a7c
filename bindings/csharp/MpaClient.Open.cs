namespace Mpa
{
    using Mpa.Internal;

    public sealed partial class MpaClient
    {
        /// <summary>Opens a client; null on failure. Reads the files that the configuration names,
        /// and nothing else: no network, no thread. That the service can be reached shows with the
        /// first call.</summary>
        public static unsafe MpaResult Open(MpaClientConfig config, out MpaClient client)
        {
            client = null;
            if (config == null)
            {
                return MpaResult.Invalid("config is null.");
            }
            var result = Native.mpa_result.Init();
            var handle = new Native.mpa_client();
            using (var texts = new Texts())
            {
                Native.mpa_client_config raw = Raw(config, texts);
                var authorization = default(Native.mpa_authorization);
                if (config.Authorization != null)
                {
                    authorization = Raw(config.Authorization, "config.authorization", texts);
                    raw.authorization = &authorization;
                }
                if (texts.Refusal != null)
                {
                    return texts.Refusal;
                }
                Native.mpa_client_open(&raw, &handle, &result);
            }
            if (handle.id != 0)
            {
                client = new MpaClient(handle, config);
            }
            return new MpaResult(&result);
        }

        private static unsafe Native.mpa_client_config Raw(MpaClientConfig config, Texts texts)
        {
            return new Native.mpa_client_config
            {
                struct_size = (uint)sizeof(Native.mpa_client_config),
                title_id = config.TitleId,
                endpoint = texts.Add(config.Endpoint, "config.endpoint"),
                authorization_header = texts.Add(config.AuthorizationHeader, "config.authorization_header"),
                ca_certificates_path = texts.Add(config.CaCertificatesPath, "config.ca_certificates_path"),
                user_agent = texts.Add(config.UserAgent, "config.user_agent"),
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
                certificate_path = texts.Add(config.CertificatePath, "config.certificate_path"),
                private_key_path = texts.Add(config.PrivateKeyPath, "config.private_key_path"),
                certificate_password = texts.Add(config.CertificatePassword, "config.certificate_password"),
                certificate_pem = texts.Add(config.CertificatePem, "config.certificate_pem"),
                private_key_pem = texts.Add(config.PrivateKeyPem, "config.private_key_pem"),
                sandbox_id = texts.Add(config.SandboxId, "config.sandbox_id"),
                relying_party = texts.Add(config.RelyingParty, "config.relying_party"),
                sign_in_endpoint = texts.Add(config.SignInEndpoint, "config.sign_in_endpoint"),
                token_endpoint = texts.Add(config.TokenEndpoint, "config.token_endpoint"),
            };
        }
    }
}
