// Licensed MIT or Apache-2.0.

#include "MpaConfig.h"

#include "HAL/FileManager.h"
#include "Misc/CommandLine.h"
#include "Misc/FileHelper.h"
#include "Misc/Parse.h"
#include "Misc/Paths.h"
#include "MpaModule.h"
#include "MpaSettings.h"

namespace
{
	/** More than the longest token or password. */
	constexpr int64 LargestSecret = 16384;

	FString FullPath(const FString& Path)
	{
		return Path.IsEmpty() ? FString() : FPaths::ConvertRelativePathToFull(FPaths::ProjectDir(), Path);
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
	, CertificatePath(Secrets.CertificatePem.IsEmpty() ? FullPath(Settings.CertificatePath) : FString())
	, PrivateKeyPath(Secrets.PrivateKeyPem.IsEmpty() ? FullPath(Settings.PrivateKeyPath) : FString())
	, CertificatePassword(ReadSecret(
		  Secrets.CertificatePassword, TEXT("MpaCertificatePasswordFile="), Settings.CertificatePasswordFile))
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

	// A negative number becomes a large one: -1 is MPA_NONE, which some fields allow; the library refuses others by name.
	static_assert(static_cast<uint32>(-1) == MPA_NONE, "-1 stands for MPA_NONE");
	Native.connect_timeout_ms = static_cast<uint32>(Settings.ConnectTimeoutMs);
	Native.request_timeout_ms = static_cast<uint32>(Settings.RequestTimeoutMs);
	Native.invite_time_to_live_ms = static_cast<uint32>(Settings.InviteTimeToLiveMs);
	Native.recent_players_time_to_live_ms = static_cast<uint32>(Settings.RecentPlayersTimeToLiveMs);
	Native.recent_players_hold_ms = static_cast<uint32>(Settings.RecentPlayersHoldMs);
	Native.authorization_lead_ms = static_cast<uint32>(Settings.AuthorizationLeadMs);
	Native.invite_limit = static_cast<uint32>(Settings.InviteLimit);
	Native.recent_players_limit = static_cast<uint32>(Settings.RecentPlayersLimit);
	Native.activity_write_limit = static_cast<uint32>(Settings.ActivityWriteLimit);
	Native.activity_read_limit = static_cast<uint32>(Settings.ActivityReadLimit);
	Native.limit_period_ms = static_cast<uint32>(Settings.LimitPeriodMs);
	Native.max_attempts = static_cast<uint32>(Settings.MaxAttempts);
	Native.worker_count = static_cast<uint32>(Settings.WorkerCount);
	Native.queue_capacity = static_cast<uint32>(Settings.QueueCapacity);
	Native.queue_capacity_bytes = static_cast<uint32>(Settings.QueueCapacityBytes);
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
