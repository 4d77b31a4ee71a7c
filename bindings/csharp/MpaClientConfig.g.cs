// Generated from src/ffi: cargo run -p mpa-tests --bin write-bindings. Do not edit.

namespace Mpa
{
    using Mpa.Internal;

    public sealed partial class MpaClientConfig
    {
        /// <summary>All but the authorization. The texts are those of <paramref name="texts"/>.</summary>
        internal unsafe Native.mpa_client_config Raw(Texts texts)
        {
            var raw = Native.mpa_client_config.Init();
            raw.title_id = TitleId;
            raw.endpoint = texts.Add(Endpoint, "config.Endpoint");
            raw.authorization_header = texts.Add(AuthorizationHeader, "config.AuthorizationHeader");
            raw.ca_certificates_path = texts.Add(CaCertificatesPath, "config.CaCertificatesPath");
            raw.user_agent = texts.Add(UserAgent, "config.UserAgent");
            raw.ca_mode = (int)CaMode;
            raw.allow_plain_http = AllowPlainHttp ? 1u : 0u;
            raw.connect_timeout_ms = Time.Limit(ConnectTimeout);
            raw.request_timeout_ms = Time.Limit(RequestTimeout);
            raw.call_timeout_ms = Time.Limit(CallTimeout);
            raw.max_attempts = MaxAttempts;
            raw.invite_limit = InviteLimit;
            raw.recent_players_limit = RecentPlayersLimit;
            raw.activity_write_limit = ActivityWriteLimit;
            raw.activity_read_limit = ActivityReadLimit;
            raw.limit_period_ms = Time.Limit(LimitPeriod);
            raw.invite_time_to_live_ms = Time.Limit(InviteTimeToLive);
            raw.recent_players_time_to_live_ms = Time.Limit(RecentPlayersTimeToLive);
            raw.recent_players_hold_ms = Time.OrNone(RecentPlayersHold);
            raw.worker_count = WorkerCount;
            raw.queue_capacity = QueueCapacity;
            raw.queue_capacity_bytes = QueueCapacityBytes;
            raw.authorization_lead_ms = Time.OrNone(AuthorizationLead);
            raw.owner_tag = OwnerTag;
            raw.log_level = (int)LogLevel;
            raw.certificate_path = texts.Add(CertificatePath, "config.CertificatePath");
            raw.private_key_path = texts.Add(PrivateKeyPath, "config.PrivateKeyPath");
            raw.certificate_password = texts.Add(CertificatePassword, "config.CertificatePassword");
            raw.certificate_pem = texts.Add(CertificatePem, "config.CertificatePem");
            raw.private_key_pem = texts.Add(PrivateKeyPem, "config.PrivateKeyPem");
            raw.sandbox_id = texts.Add(SandboxId, "config.SandboxId");
            raw.relying_party = texts.Add(RelyingParty, "config.RelyingParty");
            raw.sign_in_endpoint = texts.Add(SignInEndpoint, "config.SignInEndpoint");
            raw.token_endpoint = texts.Add(TokenEndpoint, "config.TokenEndpoint");
            raw.proxy_url = texts.Add(ProxyUrl, "config.ProxyUrl");
            return raw;
        }
    }
}
