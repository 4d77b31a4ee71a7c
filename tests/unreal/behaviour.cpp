// The plugin's own sources against an emulator of the service, with the stand-ins in place of the engine.
//
//     behaviour URL_OF_THE_EMULATOR URL_THAT_NEVER_ANSWERS FOLDER
//
// Each case uses a title of its own, so that the caller can look at the requests of each. Prints one line for each case;
// the exit status is 1 if one failed.

#include "Containers/Ticker.h"
#include "CoreGlobals.h"
#include "CoreMinimal.h"
#include "Engine/GameInstance.h"
#include "HAL/PlatformTime.h"
#include "Kismet/GameplayStatics.h"
#include "Misc/CommandLine.h"
#include "Misc/Paths.h"
#include "Modules/ModuleManager.h"
#include "MpaAsyncActions.h"
#include "MpaSettings.h"
#include "MpaSubsystem.h"

#include <chrono>
#include <fstream>
#include <thread>

namespace
{
	FString Emulator;
	FString Silent;
	std::string Folder;
	int Failures = 0;

#define EXPECT(Condition) Expect((Condition), #Condition, __LINE__)

	void Expect(bool bCondition, const char* Text, int Line)
	{
		if (bCondition) return;
		std::printf("  line %d: not so: %s\n", Line, Text);
		++Failures;
	}

	/** What the settings of the project are. */
	UMpaSettings& Settings()
	{
		return *GetMutableDefault<UMpaSettings>();
	}

	void ResetSettings(int64 TitleId)
	{
		Settings().TitleId = TitleId;
		Settings().Open = EMpaOpen::DedicatedServers;
		Settings().Endpoint = Emulator;
		Settings().AuthorizationFile = FString();
		Settings().CertificatePath = FString();
		Settings().RecentPlayersHoldMs = -1;
		Settings().ShutdownTimeLimitMs = 4000;
		Settings().RequestTimeoutMs = 0;
		Settings().LogLevel = EMpaLogLevel::Warning;
		StandIn::CommandLine = FString();
		StandIn::bIsRunningCommandlet = false;
		StandIn::LogLines().clear();
	}

	bool WasLogged(ELogVerbosity::Type Verbosity, const char* Part)
	{
		for (const StandIn::FLogLine& Line : StandIn::LogLines())
		{
			if (Line.Category == "LogMpa" && Line.Verbosity == Verbosity && Line.Text.find(Part) != std::string::npos) return true;
		}
		return false;
	}

	/** A game instance of a dedicated server, with the subsystem. */
	struct FServer
	{
		explicit FServer(bool bDedicated = true) : Instance(bDedicated), Mpa(Instance.StandInStart<UMpaSubsystem>())
		{
			StandIn::GameInstanceOfWorld = &Instance;
		}
		UGameInstance Instance;
		UMpaSubsystem* Mpa;
	};

	FMpaAuthorization Token()
	{
		FMpaAuthorization Authorization;
		Authorization.Header = TEXT("XBL3.0 x=-;secret-token");
		Authorization.ExpiresInMs = 3600000;
		return Authorization;
	}

	FMpaServerInvite Invite()
	{
		FMpaServerInvite Result;
		Result.Sender = TEXT("2814639011617876");
		Result.InvitedUsers = { TEXT("2814613765430389"), TEXT("18446744073709551615") };
		Result.ConnectionString = TEXT("203.0.113.7:7777");
		return Result;
	}

	TArray<FMpaRecentPlayerGroup> Groups()
	{
		FMpaRecentPlayerGroup Group;
		Group.Players = { TEXT("1"), TEXT("2") };
		Group.EncounterType = EMpaEncounterType::Teammate;
		Group.Timestamp = FDateTime::FromUnixTimestamp(1589278272);
		return { Group };
	}

	/** Ticks as a game does, until a condition holds. */
	template <typename Condition>
	bool TickUntil(Condition IsDone, double Seconds = 20)
	{
		const double End = FPlatformTime::Seconds() + Seconds;
		while (!IsDone())
		{
			if (FPlatformTime::Seconds() > End) return false;
			FTSTicker::GetCoreTicker().Tick(0.016f);
			std::this_thread::sleep_for(std::chrono::milliseconds(5));
		}
		return true;
	}

	/** Counts and keeps what its delegate is called with. */
	class UReceiver : public UObject
	{
	public:
		void Receive(const FMpaResult& Result)
		{
			EXPECT(IsInGameThread());
			++Calls;
			Last = Result;
		}
		FMpaCompletedDelegate Delegate() { return FMpaCompletedDelegate::CreateUObject(this, &UReceiver::Receive); }

		int Calls = 0;
		FMpaResult Last;
	};

	void AnInviteIsSent()
	{
		ResetSettings(101);
		FServer Server;
		UReceiver Receiver;
		EXPECT(Server.Mpa->IsOpen());
		EXPECT(Server.Mpa->SetAuthorization(Token()).IsOk());
		FMpaServerInvite Sent = Invite();
		Sent.ConnectionString = TEXT("\u00e4\u20ac\U0001f600:7777");
		Sent.Platform = EMpaPlatform::Scarlett;
		EXPECT(Server.Mpa->SendServerInvite(Sent, Receiver.Delegate()) > 0);
		EXPECT(Receiver.Calls == 0);
		EXPECT(TickUntil([&] { return Receiver.Calls > 0; }));
		EXPECT(Receiver.Last.IsOk() && Receiver.Last.Acknowledged == 2 && Receiver.Last.HttpStatus == 204);
		EXPECT(Receiver.Last.StatusName == TEXT("MPA_OK"));
		Server.Instance.Shutdown();
		EXPECT(Receiver.Calls == 1);
	}

	void RecentPlayersAreReported()
	{
		ResetSettings(102);
		FServer Server;
		UReceiver Receiver;
		Server.Mpa->SetAuthorization(Token());
		EXPECT(Server.Mpa->ReportRecentPlayers(Groups(), Receiver.Delegate()) > 0);
		EXPECT(TickUntil([&] { return Receiver.Calls > 0; }));
		EXPECT(Receiver.Last.IsOk() && Receiver.Last.Acknowledged == 1);
	}

	void ATokenIsAskedFor()
	{
		ResetSettings(103);
		FServer Server;
		UReceiver Receiver;
		int Native = 0;
		Server.Mpa->OnAuthorizationNeededNative.AddWeakLambda(&Receiver, [&](EMpaAuthorizationReason Reason, const FString& Message)
		{
			EXPECT(IsInGameThread() && Reason == EMpaAuthorizationReason::Missing && !Message.IsEmpty());
			++Native;
		});
		Server.Mpa->OnAuthorizationNeeded.AddLambda([&](EMpaAuthorizationReason, const FString&) { EXPECT(Server.Mpa->SetAuthorization(Token()).IsOk()); });
		Server.Mpa->SendServerInvite(Invite(), Receiver.Delegate());
		EXPECT(TickUntil([&] { return Receiver.Calls > 0; }));
		EXPECT(Native == 1 && Receiver.Last.IsOk());
	}

	void TheFirstTokenComesFromAFile()
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

	void BlueprintNodesReport()
	{
		ResetSettings(105);
		FServer Server;
		UObject World;
		Server.Mpa->SetAuthorization(Token());
		int Sent = 0;
		int Reported = 0;
		int Failed = 0;
		std::unique_ptr<UMpaSendServerInviteAction> Send(UMpaSendServerInviteAction::SendServerInvite(&World, Invite()));
		Send->OnSent.AddLambda([&](const FMpaResult&) { ++Sent; });
		Send->Activate();
		std::unique_ptr<UMpaReportRecentPlayersAction> Report(UMpaReportRecentPlayersAction::ReportRecentPlayers(&World, Groups()));
		Report->OnReported.AddLambda([&](const FMpaResult&) { ++Reported; });
		Report->Activate();
		std::unique_ptr<UMpaSendServerInviteAction> Outside(UMpaSendServerInviteAction::SendServerInvite(nullptr, Invite()));
		Outside->OnFailed.AddLambda([&](const FMpaResult& Result) { Failed += Result.Status == EMpaStatus::InvalidHandle ? 1 : 0; });
		Outside->Activate();
		EXPECT(TickUntil([&] { return Sent == 1 && Reported == 1; }));
		EXPECT(Failed == 1);
		EXPECT(Send->bRegistered && Send->bReadyToDestroy && Report->bReadyToDestroy && Outside->bReadyToDestroy);
	}

	void WrongXuidsAreRefused()
	{
		ResetSettings(106);
		FServer Server;
		for (const TCHAR* Wrong : { TEXT(""), TEXT("0"), TEXT("abc"), TEXT(" 2814613765430389"), TEXT("-1"), TEXT("18446744073709551616"), TEXT("99999999999999999999") })
		{
			UReceiver Receiver;
			FMpaServerInvite Refused = Invite();
			Refused.InvitedUsers.Add(Wrong);
			EXPECT(Server.Mpa->SendServerInvite(Refused, Receiver.Delegate()) == 0);
			// Never inside the call.
			EXPECT(Receiver.Calls == 0);
			FTSTicker::GetCoreTicker().Tick(0.016f);
			EXPECT(Receiver.Calls == 1 && Receiver.Last.Status == EMpaStatus::InvalidArgument);
			EXPECT(Receiver.Last.Message.Contains(TEXT("InvitedUsers[2]")) && !Receiver.Last.Message.Contains(TEXT("2814613765430389")));
			EXPECT(Receiver.Last.Resend == EMpaResend::AfterFix && Receiver.Last.ResendCount == 3);
		}
		UReceiver Receiver;
		FMpaServerInvite NoSender = Invite();
		NoSender.Sender = FString();
		Server.Mpa->SendServerInvite(NoSender, Receiver.Delegate());
		TArray<FMpaRecentPlayerGroup> Wrong = Groups();
		Wrong[0].Players[1] = TEXT("?");
		Server.Mpa->ReportRecentPlayers(Wrong, Receiver.Delegate());
		FMpaServerInvite WithNul = Invite();
		WithNul.ConnectionString = FString(3, TEXT("a\0b"));
		Server.Mpa->SendServerInvite(WithNul, Receiver.Delegate());
		FMpaServerInvite Nobody = Invite();
		Nobody.InvitedUsers.Reset();
		Server.Mpa->SendServerInvite(Nobody, Receiver.Delegate());
		FTSTicker::GetCoreTicker().Tick(0.016f);
		EXPECT(Receiver.Calls == 4 && Receiver.Last.Status == EMpaStatus::InvalidArgument);
	}

	/** The server goes on; one line says why there are no invites; calls say so too. */
	void WrongSettingsAreLogged()
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
			{ [] { Settings().RequestTimeoutMs = -3; }, "request_timeout_ms" },
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
			EXPECT(Server.Mpa->ReportRecentPlayers(Groups(), Receiver.Delegate()) == 0);
			EXPECT(Server.Mpa->SetAuthorization(Token()).Status == EMpaStatus::InvalidHandle);
			Server.Mpa->Cancel(1);
			FTSTicker::GetCoreTicker().Tick(0.016f);
			EXPECT(Receiver.Calls == 2 && Receiver.Last.Status == EMpaStatus::InvalidHandle && Receiver.Last.Resend == EMpaResend::Elsewhere);
			EXPECT(StandIn::ToUtf8(*Receiver.Last.Message).find(Case.Said) != std::string::npos);
		}
	}

	void OnlyServersOpenAClient()
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

	/** The time limit, the second that is allowed for aborting, and some for a machine that is busy. */
	void TheEndIsBounded()
	{
		ResetSettings(109);
		Settings().Endpoint = Silent;
		Settings().ShutdownTimeLimitMs = 300;
		UReceiver Invites;
		UReceiver Players;
		{
			FServer Server;
			Server.Mpa->SetAuthorization(Token());
			for (int Index = 0; Index < 50; ++Index) Server.Mpa->SendServerInvite(Invite(), Invites.Delegate());
			Server.Mpa->ReportRecentPlayers(Groups(), Players.Delegate());
			for (int Index = 0; Index < 20; ++Index) FTSTicker::GetCoreTicker().Tick(0.016f), std::this_thread::sleep_for(std::chrono::milliseconds(10));
			const double Start = FPlatformTime::Seconds();
			Server.Instance.Shutdown();
			EXPECT(FPlatformTime::Seconds() - Start < 0.3 + 1.0 + 2.0);
		}
		EXPECT(Invites.Calls == 50 && !Invites.Last.IsOk());
		EXPECT(Players.Calls == 1 && !Players.Last.IsOk());
		EXPECT(FTSTicker::GetCoreTicker().StandInCount() == 0);

		// Not at all, where that is asked for.
		Settings().ShutdownTimeLimitMs = 0;
		FServer Server;
		Server.Mpa->SetAuthorization(Token());
		Server.Mpa->SendServerInvite(Invite(), Invites.Delegate());
		const double Start = FPlatformTime::Seconds();
		Server.Instance.Shutdown();
		EXPECT(FPlatformTime::Seconds() - Start < 1.0);
		EXPECT(Invites.Calls == 51 && Invites.Last.Status == EMpaStatus::Uncertain && Invites.Last.Cause == EMpaStatus::Closed);
	}

	void AnEndWithNothingToWaitForIsShort()
	{
		ResetSettings(110);
		FServer Server;
		const double Start = FPlatformTime::Seconds();
		Server.Instance.Shutdown();
		EXPECT(FPlatformTime::Seconds() - Start < 1.0);
	}

	void WhatWasSubmittedIsSentBeforeTheEnd()
	{
		ResetSettings(111);
		Settings().RecentPlayersHoldMs = 60000;
		UReceiver Receiver;
		FServer Server;
		Server.Mpa->SetAuthorization(Token());
		Server.Mpa->SendServerInvite(Invite(), Receiver.Delegate());
		Server.Mpa->ReportRecentPlayers(Groups(), Receiver.Delegate());
		Server.Instance.Shutdown();
		EXPECT(Receiver.Calls == 2 && Receiver.Last.IsOk());
	}

	void DelegatesOfObjectsThatAreGoneAreDropped()
	{
		ResetSettings(112);
		FServer Server;
		Server.Mpa->SetAuthorization(Token());
		std::unique_ptr<UReceiver> Gone = std::make_unique<UReceiver>();
		UReceiver Receiver;
		Server.Mpa->SendServerInvite(Invite(), Gone->Delegate());
		Server.Mpa->SendServerInvite(Invite(), Receiver.Delegate());
		Gone.reset();
		EXPECT(TickUntil([&] { return Receiver.Calls == 1; }));
		// No delegate at all.
		EXPECT(Server.Mpa->SendServerInvite(Invite()) > 0);
	}

	void DelegatesMayDoAnything()
	{
		ResetSettings(113);
		FServer Server;
		Server.Mpa->SetAuthorization(Token());
		UReceiver Receiver;
		int Depth = 0;
		int Ended = 0;
		Server.Mpa->SendServerInvite(Invite(), FMpaCompletedDelegate::CreateLambda([&](const FMpaResult&)
		{
			EXPECT(++Depth == 1);
			Server.Mpa->SendServerInvite(Invite(), Receiver.Delegate());
			// Drains, so that it calls the other delegate.
			Server.Mpa->Close();
			EXPECT(Receiver.Calls == 1);
			Server.Mpa->SendServerInvite(Invite(), Receiver.Delegate());
			EXPECT(Receiver.Calls == 1);
			--Depth;
			++Ended;
		}));
		EXPECT(TickUntil([&] { return Ended == 1 && Receiver.Calls == 2; }));
		EXPECT(Receiver.Last.Status == EMpaStatus::InvalidHandle);

		// The game instance ends in a delegate.
		EXPECT(Server.Mpa->Open().IsOk());
		Server.Mpa->SetAuthorization(Token());
		bool bOver = false;
		Server.Mpa->SendServerInvite(Invite(), FMpaCompletedDelegate::CreateLambda([&](const FMpaResult&)
		{
			Server.Mpa->Deinitialize();
			bOver = true;
		}));
		EXPECT(TickUntil([&] { return bOver; }));
		EXPECT(FTSTicker::GetCoreTicker().StandInCount() == 0);
	}

	void GameInstancesDoNotMix()
	{
		ResetSettings(114);
		FServer First;
		Settings().TitleId = 115;
		FServer Second;
		UReceiver OfFirst;
		UReceiver OfSecond;
		First.Mpa->SetAuthorization(Token());
		Second.Mpa->SetAuthorization(Token());
		First.Mpa->SendServerInvite(Invite(), OfFirst.Delegate());
		Second.Mpa->SendServerInvite(Invite(), OfSecond.Delegate());
		Second.Mpa->SendServerInvite(Invite(), OfSecond.Delegate());
		EXPECT(TickUntil([&] { return OfFirst.Calls == 1 && OfSecond.Calls == 2; }));
		First.Instance.Shutdown();
		EXPECT(Second.Mpa->IsOpen());
		Second.Mpa->SendServerInvite(Invite(), OfSecond.Delegate());
		EXPECT(TickUntil([&] { return OfSecond.Calls == 3; }));
		EXPECT(OfFirst.Last.IsOk() && OfSecond.Last.IsOk());
	}

	void AReloadOfTheModuleOpensAgain()
	{
		ResetSettings(116);
		Settings().Endpoint = Silent;
		FServer Server;
		Server.Mpa->SetAuthorization(Token());
		UReceiver Receiver;
		Server.Mpa->SendServerInvite(Invite(), Receiver.Delegate());
		StandIn::Module().ShutdownModule();
		StandIn::Module().StartupModule();
		Settings().Endpoint = Emulator;
		EXPECT(TickUntil([&] { return Receiver.Calls == 1; }));
		EXPECT(Receiver.Last.Status == EMpaStatus::Uncertain && WasLogged(ELogVerbosity::Warning, "the module was reloaded"));
		EXPECT(Server.Mpa->IsOpen());
		Server.Mpa->SetAuthorization(Token());
		Server.Mpa->SendServerInvite(Invite(), Receiver.Delegate());
		EXPECT(TickUntil([&] { return Receiver.Calls == 2; }));
		EXPECT(Receiver.Last.IsOk());
	}

	void TheLogOfTheLibraryIsWritten()
	{
		ResetSettings(117);
		Settings().LogLevel = EMpaLogLevel::Debug;
		FServer Server;
		FMpaAuthorization OfUser = Token();
		OfUser.Header = TEXT("XBL3.0 x=123;secret-token");
		Server.Mpa->SetAuthorization(OfUser);
		UReceiver Receiver;
		Server.Mpa->SendServerInvite(Invite(), Receiver.Delegate());
		EXPECT(TickUntil([&] { return Receiver.Calls == 1; }));
		EXPECT(Receiver.Last.Status == EMpaStatus::Forbidden && Receiver.Last.ErrorCode == TEXT("AuthorizationError"));
		EXPECT(!Receiver.Last.CorrelationId.IsEmpty());
		FTSTicker::GetCoreTicker().Tick(0.016f);
		EXPECT(WasLogged(ELogVerbosity::Error, "") && WasLogged(ELogVerbosity::Verbose, ""));
		for (const StandIn::FLogLine& Line : StandIn::LogLines())
		{
			for (const char* Secret : { "secret-token", "2814639011617876", "203.0.113.7" }) EXPECT(Line.Text.find(Secret) == std::string::npos);
		}
	}

	void AnOperationCanBeCancelled()
	{
		ResetSettings(118);
		FServer Server;
		UReceiver Receiver;
		const int64 Operation = Server.Mpa->SendServerInvite(Invite(), Receiver.Delegate());
		Server.Mpa->Cancel(Operation);
		EXPECT(TickUntil([&] { return Receiver.Calls == 1; }));
		EXPECT(Receiver.Last.Status == EMpaStatus::Cancelled);
	}
}

int main(int ArgumentCount, char** Arguments)
{
	check(ArgumentCount == 4);
	Emulator = FString(Arguments[1]);
	Silent = FString(Arguments[2]);
	Folder = Arguments[3];
	StandIn::ProjectFolder = FString(Arguments[3]);
	StandIn::Module().StartupModule();

	const struct
	{
		const char* Name;
		void (*Run)();
	} Cases[] = {
		{ "an invite is sent", AnInviteIsSent },
		{ "recent players are reported", RecentPlayersAreReported },
		{ "a token is asked for", ATokenIsAskedFor },
		{ "the first token comes from a file", TheFirstTokenComesFromAFile },
		{ "Blueprint nodes report", BlueprintNodesReport },
		{ "wrong XUIDs are refused", WrongXuidsAreRefused },
		{ "wrong settings are logged", WrongSettingsAreLogged },
		{ "only servers open a client", OnlyServersOpenAClient },
		{ "the end is bounded", TheEndIsBounded },
		{ "an end with nothing to wait for is short", AnEndWithNothingToWaitForIsShort },
		{ "what was submitted is sent before the end", WhatWasSubmittedIsSentBeforeTheEnd },
		{ "delegates of objects that are gone are dropped", DelegatesOfObjectsThatAreGoneAreDropped },
		{ "delegates may do anything", DelegatesMayDoAnything },
		{ "game instances do not mix", GameInstancesDoNotMix },
		{ "a reload of the module opens again", AReloadOfTheModuleOpensAgain },
		{ "the log of the library is written", TheLogOfTheLibraryIsWritten },
		{ "an operation can be cancelled", AnOperationCanBeCancelled },
	};
	bool bFailed = false;
	for (const auto& Case : Cases)
	{
		Failures = 0;
		Case.Run();
		std::printf("%s %s\n", Failures == 0 ? "ok" : "FAILED", Case.Name);
		std::fflush(stdout);
		bFailed = bFailed || Failures != 0;
	}
	StandIn::Module().ShutdownModule();
	return bFailed ? 1 : 0;
}
