// Licensed MIT or Apache-2.0.

#include "MpaConfig.h"

#include "HAL/FileManager.h"
#include "Misc/CommandLine.h"
#include "Misc/FileHelper.h"
#include "Misc/Parse.h"
#include "Misc/Paths.h"
#include "MpaModule.h"
#include "MpaSettings.h"

/** The name of a setting, for a message, and its value. */
#define MPA_SETTING(Name) TEXT(#Name), Settings.Name

namespace
{
	/** More than the longest token or password. */
	constexpr int64 LargestSecret = 16384;

	FString FullPath(const FString& Path)
	{
		return Path.IsEmpty() ? FString() : FPaths::ConvertRelativePathToFull(FPaths::ProjectDir(), Path);
	}

	/** Whether the certificate and its key are texts: the library takes either texts or files. */
	bool HasPem(const FMpaSecrets& Secrets)
	{
		return !Secrets.CertificatePem.IsEmpty() || !Secrets.PrivateKeyPem.IsEmpty();
	}

	FMpaAuthorization WithHeader(FMpaAuthorization Authorization, const FString& Header)
	{
		Authorization.Header = Header;
		return Authorization;
	}
}

FMpaNativeAuthorization::FMpaNativeAuthorization(const FMpaAuthorization& Authorization)
	: Header(Authorization.Header)
	, ProofKeyPem(Authorization.ProofKeyPem)
	, Native(MPA_INIT(mpa_authorization))
{
	// A header is required: the library names it if it is empty.
	Native.header = Header.Get() ? Header.Get() : "";
	Native.proof_key_pem = ProofKeyPem.Get();
	// A negative time is one that has passed.
	Native.expires_in_ms = Authorization.ExpiresInMs < 0 ? 1 : static_cast<uint64>(Authorization.ExpiresInMs);
}

FMpaConfig::FMpaConfig(const UMpaSettings& Settings, const FMpaSecrets& Secrets)
	: FirstToken(WithHeader(Secrets.Authorization,
		  ReadSecret(Secrets.Authorization.Header, TEXT("MpaAuthorizationFile="), Settings.AuthorizationFile)))
	, NativeFirstToken(FirstToken)
	, Endpoint(Settings.Endpoint)
	, CaCertificatesPath(FullPath(Settings.CaCertificatesPath))
	, UserAgent(Settings.UserAgent)
	, CertificatePath(HasPem(Secrets) ? FString() : FullPath(Settings.CertificatePath))
	, PrivateKeyPath(HasPem(Secrets) ? FString() : FullPath(Settings.PrivateKeyPath))
	, CertificatePassword(ReadPassword(Settings, Secrets))
	, CertificatePem(Secrets.CertificatePem)
	, PrivateKeyPem(Secrets.PrivateKeyPem)
	, SandboxId(Settings.SandboxId)
	, RelyingParty(Settings.RelyingParty)
	, SignInEndpoint(Settings.SignInEndpoint)
	, TokenEndpoint(Settings.TokenEndpoint)
	, ProxyUrlOfFile(ReadSecret(Secrets.ProxyUrl, TEXT("MpaProxyUrlFile="), Settings.ProxyUrlFile))
	, ProxyUrl(Settings.ProxyUrl)
	, Native(MPA_INIT(mpa_client_config))
{
	if (Settings.TitleId < 1 || Settings.TitleId > MAX_uint32)
	{
		Error = Settings.TitleId == 0
			? FString(TEXT("TitleId is not set: set it under [/Script/Mpa.MpaSettings] in DefaultGame.ini."))
			: FString(TEXT(
				  "TitleId must be from 1 to 4294967295: correct it under [/Script/Mpa.MpaSettings] in DefaultGame.ini."));
	}

	Native.title_id = static_cast<uint32>(Settings.TitleId);
	Native.owner_tag = FMpaModule::OwnerTag;
	Native.endpoint = Endpoint.Get();
	Native.authorization = FirstToken.Header.IsEmpty() ? nullptr : NativeFirstToken.Get();
	Native.ca_certificates_path = CaCertificatesPath.Get();
	Native.ca_mode = Settings.bTrustOnlyThese ? MPA_CA_ONLY : MPA_CA_ADDED;
	Native.allow_plain_http = Settings.bAllowPlainHttp ? 1 : 0;
	Native.user_agent = UserAgent.Get();
	Native.certificate_path = CertificatePath.Get();
	Native.private_key_path = PrivateKeyPath.Get();
	Native.certificate_password = CertificatePassword.Get();
	Native.certificate_pem = CertificatePem.Get();
	Native.private_key_pem = PrivateKeyPem.Get();
	Native.sandbox_id = SandboxId.Get();
	Native.relying_party = RelyingParty.Get();
	Native.sign_in_endpoint = SignInEndpoint.Get();
	Native.token_endpoint = TokenEndpoint.Get();
	Native.proxy_url = ProxyUrlOfFile.Get() ? ProxyUrlOfFile.Get() : ProxyUrl.Get();
	Native.log_level = static_cast<mpa_log_level>(Settings.LogLevel);

	static_assert(static_cast<uint32>(-1) == MPA_NONE, "settings that allow -1 mean MPA_NONE");
	Native.connect_timeout_ms = ToNumber(MPA_SETTING(ConnectTimeoutMs));
	Native.request_timeout_ms = ToNumber(MPA_SETTING(RequestTimeoutMs));
	Native.invite_time_to_live_ms = ToNumber(MPA_SETTING(InviteTimeToLiveMs));
	Native.recent_players_time_to_live_ms = ToNumber(MPA_SETTING(RecentPlayersTimeToLiveMs));
	Native.recent_players_hold_ms = ToNumber(MPA_SETTING(RecentPlayersHoldMs), -1);
	Native.authorization_lead_ms = ToNumber(MPA_SETTING(AuthorizationLeadMs), -1);
	Native.invite_limit = ToNumber(MPA_SETTING(InviteLimit));
	Native.recent_players_limit = ToNumber(MPA_SETTING(RecentPlayersLimit));
	Native.activity_write_limit = ToNumber(MPA_SETTING(ActivityWriteLimit));
	Native.activity_read_limit = ToNumber(MPA_SETTING(ActivityReadLimit));
	Native.limit_period_ms = ToNumber(MPA_SETTING(LimitPeriodMs));
	Native.max_attempts = ToNumber(MPA_SETTING(MaxAttempts));
	Native.worker_count = ToNumber(MPA_SETTING(WorkerCount));
	Native.queue_capacity = ToNumber(MPA_SETTING(QueueCapacity));
	Native.queue_capacity_bytes = ToNumber(MPA_SETTING(QueueCapacityBytes));
	// The library does not need it, but it is checked like the others.
	ToNumber(MPA_SETTING(ShutdownTimeLimitMs));
}
#undef MPA_SETTING

uint32 FMpaConfig::ToNumber(const TCHAR* Name, const int32 Value, const int32 Least)
{
	if (Value < Least && Error.IsEmpty())
	{
		Error = FString::Printf(
			TEXT("%s is %d, and must be at least %d: correct it under [/Script/Mpa.MpaSettings] in DefaultGame.ini."),
			Name, Value, Least);
	}
	return static_cast<uint32>(Value);
}

FString FMpaConfig::ReadPassword(const UMpaSettings& Settings, const FMpaSecrets& Secrets)
{
	if (HasPem(Secrets))
	{
		return FString();
	}
	return ReadSecret(
		Secrets.CertificatePassword, TEXT("MpaCertificatePasswordFile="), Settings.CertificatePasswordFile);
}

FString FMpaConfig::ReadSecret(const FString& InCode, const TCHAR* Option, const FString& InSettings)
{
	FString Path = InSettings;
	FParse::Value(FCommandLine::Get(), Option, Path, false);
	if (!InCode.IsEmpty() || Path.IsEmpty())
	{
		return InCode;
	}
	Path = FullPath(Path);
	const int64 Size = IFileManager::Get().FileSize(*Path);
	FString Secret;
	if (Size < 0 || Size > LargestSecret || !FFileHelper::LoadFileToString(Secret, *Path))
	{
		Error = FString::Printf(
			TEXT("The file %s (-%sPATH or its setting) cannot be read or is larger than %lld bytes: correct the path."),
			*Path, Option, LargestSecret);
		return FString();
	}
	Secret.TrimStartAndEndInline();
	return Secret;
}
