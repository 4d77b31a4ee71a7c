// The end of a game instance, of objects and of the module.

#include "Support.h"

#include "Containers/Ticker.h"
#include "HAL/PlatformTime.h"
#include "Modules/ModuleManager.h"

#include <chrono>
#include <memory>
#include <thread>

/** The time limit, the second that is allowed for aborting, and some for a machine that is busy. */
static void TheEndIsBounded()
{
	ResetSettings(109);
	Settings().Endpoint = Silent;
	for (const int32 LimitMs : { 300, 0 })
	{
		Settings().ShutdownTimeLimitMs = LimitMs;
		UReceiver Invites;
		UReceiver Players;
		FServer Server;
		Server.Mpa->SetAuthorization(Token());
		for (int Index = 0; Index < 50; ++Index) Server.Mpa->SendServerInvite(Invite(), Invites.Delegate());
		Server.Mpa->ReportRecentPlayerGroups(Groups(), Players.Delegate());
		for (int Index = 0; Index < 20; ++Index) FTSTicker::GetCoreTicker().Tick(0.016f), std::this_thread::sleep_for(std::chrono::milliseconds(10));
		const double Start = FPlatformTime::Seconds();
		Server.Instance.Shutdown();
		EXPECT(FPlatformTime::Seconds() - Start < LimitMs / 1000.0 + 1.0 + 2.0);
		// One was under way.
		EXPECT(Invites.Calls == 50 && Invites.Count(EMpaStatus::Abandoned) == 49 && Invites.Count(EMpaStatus::Uncertain) == 1);
		EXPECT(Players.Calls == 1 && !Players.Last.IsOk());
		EXPECT(FTSTicker::GetCoreTicker().StandInCount() == 0);
	}
}

/** Without a token, none is sent, not even the one that a thread of the library has taken from the queue. */
static void WhatWasNotSentIsAbandoned()
{
	ResetSettings(127);
	for (const int32 LimitMs : { 100, 0 })
	{
		Settings().ShutdownTimeLimitMs = LimitMs;
		FServer Server;
		UReceiver Receiver;
		bool bWaits = false;
		Server.Mpa->OnAuthorizationNeededNative.AddWeakLambda(&Receiver, [&](EMpaAuthorizationReason, const FString&) { bWaits = true; });
		for (int Index = 0; Index < 3; ++Index) Server.Mpa->SendServerInvite(Invite(), Receiver.Delegate());
		EXPECT(TickUntil([&] { return bWaits; }));
		Server.Instance.Shutdown();
		EXPECT(Receiver.Calls == 3 && Receiver.Count(EMpaStatus::Abandoned) == 3);
		EXPECT(Receiver.Last.Uncertain == 0 && Receiver.Last.Resend == EMpaResend::Elsewhere && Receiver.Last.ResendCount == 2);
	}
}

static void AnEndWithNothingToWaitForIsShort()
{
	ResetSettings(110);
	FServer Server;
	const double Start = FPlatformTime::Seconds();
	Server.Instance.Shutdown();
	EXPECT(FPlatformTime::Seconds() - Start < 1.0);
}

static void WhatWasSubmittedIsSentBeforeTheEnd()
{
	ResetSettings(111);
	Settings().RecentPlayersHoldMs = 60000;
	UReceiver Receiver;
	FServer Server;
	Server.Mpa->SetAuthorization(Token());
	Server.Mpa->SendServerInvite(Invite(), Receiver.Delegate());
	Server.Mpa->ReportRecentPlayerGroups(Groups(), Receiver.Delegate());
	Server.Instance.Shutdown();
	EXPECT(Receiver.Calls == 2 && Receiver.Last.IsOk());
}

static void DelegatesOfObjectsThatAreGoneAreDropped()
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

static void DelegatesMayDoAnything()
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

static void GameInstancesDoNotMix()
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

static void AReloadOfTheModuleOpensAgain()
{
	ResetSettings(116);
	Settings().Endpoint = Silent;
	FServer Server;
	Server.Mpa->SetAuthorization(Token());
	UReceiver Sent;
	UReceiver Reported;
	UReceiver Asked;
	UReceiver Closed;
	TArray<FMpaActivityRecord> Found;
	FMpaMatch Match;
	EXPECT(Server.Mpa->OpenMatch(Match).IsOk());
	EXPECT(Server.Mpa->JoinMatch(Match, TEXT("1")).IsOk() && Server.Mpa->JoinMatch(Match, TEXT("2")).IsOk());
	Server.Mpa->SendServerInvite(Invite(), Sent.Delegate());
	Server.Mpa->ReportRecentPlayerGroups(Groups(), Reported.Delegate());
	Server.Mpa->QueryActivities({ TEXT("1"), TEXT("2") }, Asked.ActivitiesDelegate(Found));
	Server.Mpa->CloseMatch(Match, Closed.Delegate());
	StandIn::Module().ShutdownModule();
	StandIn::Module().StartupModule();
	Settings().Endpoint = Emulator;
	EXPECT(TickUntil([&] { return Sent.Calls + Reported.Calls + Asked.Calls + Closed.Calls == 4; }));
	EXPECT(WasLogged(ELogVerbosity::Warning, "the module was reloaded"));

	// What the plugin says where the library cannot: as the other bindings.
	const struct
	{
		const UReceiver& Receiver;
		EMpaStatus Status;
		int32 Uncertain;
		bool bRetryable;
		const TCHAR* Advice;
	} Ends[] = {
		{ Sent, EMpaStatus::Uncertain, 2, false, TEXT("known how this ended. Do not send it again.") },
		{ Reported, EMpaStatus::Abandoned, 1, true, TEXT("known how this ended. Sending it again does no harm.") },
		{ Asked, EMpaStatus::Abandoned, 2, true, TEXT("known how this ended. Sending it again does no harm.") },
		{ Closed, EMpaStatus::Abandoned, 0, false, TEXT("known how the reports of the match ended. The library does not return their groups.") },
	};
	for (const auto& End : Ends)
	{
		const FMpaResult& Last = End.Receiver.Last;
		EXPECT(Last.Status == End.Status && Last.Cause == EMpaStatus::Closed && Last.Message.Contains(End.Advice));
		EXPECT(Last.Uncertain == End.Uncertain && Last.bRetryable == End.bRetryable);
		// Nothing is certain not to have been sent.
		EXPECT(Last.Resend == EMpaResend::None && Last.ResendCount == 0);
	}

	EXPECT(Server.Mpa->IsOpen());
	Server.Mpa->SetAuthorization(Token());
	Server.Mpa->SendServerInvite(Invite(), Sent.Delegate());
	EXPECT(TickUntil([&] { return Sent.Calls == 2; }));
	EXPECT(Sent.Last.IsOk());
}

TArray<FCase> CasesOfLifetime()
{
	return {
		{ "the end is bounded", TheEndIsBounded },
		{ "what was not sent is abandoned", WhatWasNotSentIsAbandoned },
		{ "an end with nothing to wait for is short", AnEndWithNothingToWaitForIsShort },
		{ "what was submitted is sent before the end", WhatWasSubmittedIsSentBeforeTheEnd },
		{ "delegates of objects that are gone are dropped", DelegatesOfObjectsThatAreGoneAreDropped },
		{ "delegates may do anything", DelegatesMayDoAnything },
		{ "game instances do not mix", GameInstancesDoNotMix },
		{ "a reload of the module opens again", AReloadOfTheModuleOpensAgain },
	};
}
