// Settings, files with secrets, and which game instances open a client.

#include "Support.h"

#include "Containers/Ticker.h"
#include "CoreGlobals.h"
#include "Misc/CommandLine.h"
#include "Modules/ModuleManager.h"

#include <fstream>
#include <limits>

static void TheFirstTokenComesFromAFile()
{
	ResetSettings(104);
	std::ofstream(Folder + "/token") << "XBL3.0 x=-;token-of-the-settings\n";
	std::ofstream(Folder + "/other token") << "XBL3.0 x=-;token-of-the-command-line\r\n";
	Settings().AuthorizationFile = TEXT("token");
	UReceiver Receiver;
	for (const bool bCommandLine : { false, true })
	{
		if (bCommandLine) StandIn::CommandLine = TEXT("Map -server -MpaAuthorizationFile=\"other token\" -log");
		FServer Server;
		Server.Mpa->SendServerInvite(Invite(), Receiver.Delegate());
		EXPECT(TickUntil([&] { return Receiver.Calls == (bCommandLine ? 2 : 1); }));
		EXPECT(Receiver.Last.IsOk());
	}
}

/** The server goes on; one line says why there are no invites; calls say so too. */
static void WrongSettingsAreLogged()
{
	const struct
	{
		void (*Change)();
		const char* Said;
	} Cases[] = {
		{ [] { Settings().TitleId = 0; }, "TitleId is not set" },
		{ [] { Settings().TitleId = -5; }, "TitleId must be from 1 to 4294967295" },
		{ [] { Settings().Endpoint = TEXT("ftp://example.com"); }, "endpoint" },
		{ [] { Settings().CertificatePath = TEXT("no-such-file.pem"); }, "certificate_path" },
		{ [] { Settings().AuthorizationFile = TEXT("no-such-file"); }, "no-such-file" },
		{ [] { Settings().ProxyUrl = TEXT("socks5://127.0.0.1:1080"); }, "proxy_url" },
		{ [] { Settings().ProxyUrlFile = TEXT("no-such-proxy"); }, "no-such-proxy" },
		{ [] { Settings().RequestTimeoutMs = 600001; }, "request_timeout_ms" },
	};
	for (const auto& Case : Cases)
	{
		ResetSettings(107);
		Case.Change();
		FServer Server;
		EXPECT(!Server.Mpa->IsOpen());
		EXPECT(StandIn::LogLines().size() == 1 && WasLogged(ELogVerbosity::Warning, Case.Said));
		UReceiver Receiver;
		EXPECT(Server.Mpa->SendServerInvite(Invite(), Receiver.Delegate()) == 0);
		EXPECT(Server.Mpa->ReportRecentPlayerGroups(Groups(), Receiver.Delegate()) == 0);
		EXPECT(Server.Mpa->SetAuthorization(Token()).Status == EMpaStatus::InvalidHandle);
		Server.Mpa->Cancel(1);
		FTSTicker::GetCoreTicker().Tick(0.016f);
		EXPECT(Receiver.Calls == 2 && Receiver.Last.Status == EMpaStatus::InvalidHandle && Receiver.Last.Resend == EMpaResend::Elsewhere);
		EXPECT(StandIn::ToUtf8(*Receiver.Last.Message).find(Case.Said) != std::string::npos);
	}
}

/** A negative number never becomes a large one, nor -1 the MPA_NONE of the library where that is not documented. */
static void NegativeSettingsAreRefused()
{
	const struct
	{
		int32 UMpaSettings::*Setting;
		const char* Name;
		int32 Least;
	} Cases[] = {
		{ &UMpaSettings::AuthorizationLeadMs, "AuthorizationLeadMs", -1 },
		{ &UMpaSettings::ConnectTimeoutMs, "ConnectTimeoutMs", 0 },
		{ &UMpaSettings::RequestTimeoutMs, "RequestTimeoutMs", 0 },
		{ &UMpaSettings::InviteTimeToLiveMs, "InviteTimeToLiveMs", 0 },
		{ &UMpaSettings::RecentPlayersTimeToLiveMs, "RecentPlayersTimeToLiveMs", 0 },
		{ &UMpaSettings::RecentPlayersHoldMs, "RecentPlayersHoldMs", -1 },
		{ &UMpaSettings::ShutdownTimeLimitMs, "ShutdownTimeLimitMs", 0 },
		{ &UMpaSettings::InviteLimit, "InviteLimit", 0 },
		{ &UMpaSettings::RecentPlayersLimit, "RecentPlayersLimit", 0 },
		{ &UMpaSettings::ActivityWriteLimit, "ActivityWriteLimit", 0 },
		{ &UMpaSettings::ActivityReadLimit, "ActivityReadLimit", 0 },
		{ &UMpaSettings::LimitPeriodMs, "LimitPeriodMs", 0 },
		{ &UMpaSettings::MaxAttempts, "MaxAttempts", 0 },
		{ &UMpaSettings::WorkerCount, "WorkerCount", 0 },
		{ &UMpaSettings::QueueCapacity, "QueueCapacity", 0 },
		{ &UMpaSettings::QueueCapacityBytes, "QueueCapacityBytes", 0 },
	};
	for (const auto& Case : Cases)
	{
		ResetSettings(129);
		const int32 Before = Settings().*Case.Setting;
		for (const int32 Wrong : { Case.Least - 1, -7, std::numeric_limits<int32>::min() })
		{
			StandIn::LogLines().clear();
			Settings().*Case.Setting = Wrong;
			EXPECT(!FServer().Mpa->IsOpen());
			const std::string Said = std::string(Case.Name) + " is " + std::to_string(Wrong) + ", and must be at least " + std::to_string(Case.Least) + ":";
			EXPECT(StandIn::LogLines().size() == 1 && WasLogged(ELogVerbosity::Warning, Said.c_str()));
		}
		Settings().*Case.Setting = Case.Least;
		EXPECT(FServer().Mpa->IsOpen());
		Settings().*Case.Setting = Before;
	}
}

/** The ClampMax of the editor, which a file is not subject to. */
static void DurationsAreAtMostADay()
{
	const struct
	{
		int32 UMpaSettings::*Setting;
		const char* Said;
	} Cases[] = {
		{ &UMpaSettings::AuthorizationLeadMs, "authorization_lead_ms" },
		{ &UMpaSettings::InviteTimeToLiveMs, "invite_time_to_live_ms" },
		{ &UMpaSettings::RecentPlayersTimeToLiveMs, "recent_players_time_to_live_ms" },
		{ &UMpaSettings::RecentPlayersHoldMs, "recent_players_hold_ms" },
	};
	for (const auto& Case : Cases)
	{
		ResetSettings(131);
		const int32 Before = Settings().*Case.Setting;
		Settings().*Case.Setting = 86400000;
		EXPECT(FServer().Mpa->IsOpen());
		Settings().*Case.Setting = 86400001;
		EXPECT(!FServer().Mpa->IsOpen() && WasLogged(ELogVerbosity::Warning, Case.Said));
		Settings().*Case.Setting = Before;
	}
}

static void AMissingTokenIsLoggedIfNothingAsksForIt()
{
	ResetSettings(119);
	FServer Server;
	Server.Mpa->SendServerInvite(Invite());
	EXPECT(TickUntil([] { return WasLogged(ELogVerbosity::Warning, "Nothing is bound to OnAuthorizationNeeded."); }));
	Settings().ShutdownTimeLimitMs = 0;
}

/** As where the DLL was not found: the module has logged why. */
static void WithoutALibraryTheServerGoesOn()
{
	ResetSettings(120);
	StandIn::Module().ShutdownModule();
	{
		FServer Server;
		UReceiver Receiver;
		EXPECT(!Server.Mpa->IsOpen());
		EXPECT(Server.Mpa->SendServerInvite(Invite(), Receiver.Delegate()) == 0);
		FTSTicker::GetCoreTicker().Tick(0.016f);
		EXPECT(Receiver.Calls == 1 && Receiver.Last.Status == EMpaStatus::InvalidHandle);
		EXPECT(Receiver.Last.Message.Contains(TEXT("the library of mpa cannot be used")));
	}
	StandIn::Module().StartupModule();
}

static void OnlyServersOpenAClient()
{
	ResetSettings(108);
	EXPECT(!FServer(false).Mpa->IsOpen());
	Settings().Open = EMpaOpen::AllGameInstances;
	EXPECT(FServer(false).Mpa->IsOpen());
	StandIn::bIsRunningCommandlet = true;
	EXPECT(!FServer().Mpa->IsOpen());
	StandIn::bIsRunningCommandlet = false;
	Settings().Open = EMpaOpen::ByCode;
	FServer Server;
	EXPECT(!Server.Mpa->IsOpen());
	FMpaSecrets Secrets;
	Secrets.Authorization = Token();
	EXPECT(Server.Mpa->Open(Secrets).IsOk() && Server.Mpa->IsOpen());
	UReceiver Receiver;
	Server.Mpa->SendServerInvite(Invite(), Receiver.Delegate());
	EXPECT(TickUntil([&] { return Receiver.Calls > 0; }));
	EXPECT(Receiver.Last.IsOk());
	Secrets.CertificatePem = TEXT("no PEM");
	EXPECT(!Server.Mpa->Open(Secrets).IsOk() && !Server.Mpa->IsOpen());
}

/** They are used instead of all files of the settings, which the library would refuse to mix with them, and need not exist. */
static void ACertificateOfCodeReplacesTheFiles()
{
	const struct
	{
		FString FMpaSecrets::*Text;
		const TCHAR* Said;
	} Cases[] = {
		{ &FMpaSecrets::CertificatePem, TEXT("certificate_pem is in no format") },
		{ &FMpaSecrets::PrivateKeyPem, TEXT("a private key, but neither") },
	};
	for (const auto& Case : Cases)
	{
		ResetSettings(130);
		Settings().Open = EMpaOpen::ByCode;
		Settings().CertificatePath = TEXT("no-such-file.pem");
		Settings().PrivateKeyPath = TEXT("no-such-file.key");
		Settings().CertificatePasswordFile = TEXT("no-such-password");
		FServer Server;
		FMpaSecrets Secrets;
		Secrets.*Case.Text = TEXT("no PEM");
		const FMpaResult Result = Server.Mpa->Open(Secrets);
		EXPECT(Result.Status == EMpaStatus::InvalidArgument && Result.Message.Contains(Case.Said));
	}
}

TArray<FCase> CasesOfConfiguration()
{
	return {
		{ "the first token comes from a file", TheFirstTokenComesFromAFile },
		{ "wrong settings are logged", WrongSettingsAreLogged },
		{ "negative settings are refused", NegativeSettingsAreRefused },
		{ "durations are at most a day", DurationsAreAtMostADay },
		{ "a missing token is logged if nothing asks for it", AMissingTokenIsLoggedIfNothingAsksForIt },
		{ "without a library the server goes on", WithoutALibraryTheServerGoesOn },
		{ "only servers open a client", OnlyServersOpenAClient },
		{ "a certificate of code replaces the files", ACertificateOfCodeReplacesTheFiles },
	};
}
