// What is submitted, and how it ends.

#include "Support.h"

#include "Containers/Ticker.h"
#include "CoreGlobals.h"
#include "MpaAsyncActions.h"
#include "MpaConversions.h"

#include <cstring>
#include <memory>

static void AnInviteIsSent()
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
	EXPECT(Receiver.Last.IsOk() && Receiver.Last.Acknowledged == 2 && Receiver.Last.HttpStatus == 204 && Receiver.Last.Attempts == 1);
	EXPECT(Receiver.Last.StatusName == TEXT("MPA_OK"));
	Server.Instance.Shutdown();
	EXPECT(Receiver.Calls == 1);
}

static void RecentPlayersAreReported()
{
	ResetSettings(102);
	FServer Server;
	UReceiver Receiver;
	Server.Mpa->SetAuthorization(Token());
	EXPECT(Server.Mpa->ReportRecentPlayerGroups(Groups(), Receiver.Delegate()) > 0);
	EXPECT(TickUntil([&] { return Receiver.Calls > 0; }));
	EXPECT(Receiver.Last.IsOk() && Receiver.Last.Acknowledged == 1);
}

static void ATokenIsAskedFor()
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

static void BlueprintNodesReport()
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
	std::unique_ptr<UMpaReportRecentPlayerGroupsAction> Report(UMpaReportRecentPlayerGroupsAction::ReportRecentPlayerGroups(&World, Groups()));
	Report->OnReported.AddLambda([&](const FMpaResult&) { ++Reported; });
	Report->Activate();
	std::unique_ptr<UMpaSendServerInviteAction> Outside(UMpaSendServerInviteAction::SendServerInvite(nullptr, Invite()));
	Outside->OnFailed.AddLambda([&](const FMpaResult& Result) { Failed += Result.Status == EMpaStatus::InvalidHandle && Result.Resend == EMpaResend::AfterFix && Result.ResendCount == 2 ? 1 : 0; });
	Outside->Activate();
	EXPECT(TickUntil([&] { return Sent == 1 && Reported == 1; }));
	EXPECT(Failed == 1);
	EXPECT(Send->bRegistered && Send->bReadyToDestroy && Report->bReadyToDestroy && Outside->bReadyToDestroy);
}

static void WrongXuidsAreRefused()
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
	Server.Mpa->ReportRecentPlayerGroups(Wrong, Receiver.Delegate());
	FMpaServerInvite WithNul = Invite();
	WithNul.ConnectionString = FString(3, TEXT("a\0b"));
	Server.Mpa->SendServerInvite(WithNul, Receiver.Delegate());
	FMpaServerInvite WithoutUsers = Invite();
	WithoutUsers.InvitedUsers.Reset();
	Server.Mpa->SendServerInvite(WithoutUsers, Receiver.Delegate());
	FTSTicker::GetCoreTicker().Tick(0.016f);
	EXPECT(Receiver.Calls == 4 && Receiver.Last.Status == EMpaStatus::InvalidArgument);
}

/** Each field, of which a call sets some only. */
static void ResultsHaveWhatTheLibrarySays()
{
	mpa_result Native = MPA_INIT(mpa_result);
	Native.status = MPA_ERROR_SIGN_IN_FAILED;
	Native.cause = MPA_ERROR_FORBIDDEN;
	Native.acknowledged = 1;
	Native.uncertain = 2;
	Native.refused = 3;
	Native.retryable = 1;
	Native.retry_after_ms = 4;
	Native.http_status = 5;
	Native.attempts = 6;
	Native.service_code = 0x8015DC12;
	std::strcpy(Native.error_code, "a");
	std::strcpy(Native.correlation_id, "b");
	std::strcpy(Native.message, "c");
	const FMpaResult Result = MpaConversions::ToResult(Native, 10);
	EXPECT(Result.Status == EMpaStatus::SignInFailed && Result.Cause == EMpaStatus::Forbidden);
	EXPECT(Result.StatusName == TEXT("MPA_ERROR_SIGN_IN_FAILED") && Result.Message == TEXT("c"));
	EXPECT(Result.Acknowledged == 1 && Result.Uncertain == 2 && Result.Refused == 3);
	EXPECT(Result.bRetryable && Result.RetryAfterMs == 4 && Result.HttpStatus == 5 && Result.Attempts == 6);
	EXPECT(Result.ErrorCode == TEXT("a") && Result.ServiceCode == 0x8015DC12 && Result.CorrelationId == TEXT("b"));
	Native.retryable = 0;
	EXPECT(!MpaConversions::ToResult(Native, 10).bRetryable);
}

static void AnOperationCanBeCancelled()
{
	ResetSettings(118);
	FServer Server;
	UReceiver Receiver;
	const int64 Operation = Server.Mpa->SendServerInvite(Invite(), Receiver.Delegate());
	Server.Mpa->Cancel(Operation);
	EXPECT(TickUntil([&] { return Receiver.Calls == 1; }));
	EXPECT(Receiver.Last.Status == EMpaStatus::Cancelled);
}

static void TheLogOfTheLibraryIsWritten()
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

TArray<FCase> CasesOfCalls()
{
	return {
		{ "an invite is sent", AnInviteIsSent },
		{ "recent players are reported", RecentPlayersAreReported },
		{ "a token is asked for", ATokenIsAskedFor },
		{ "Blueprint nodes report", BlueprintNodesReport },
		{ "wrong XUIDs are refused", WrongXuidsAreRefused },
		{ "results have what the library says", ResultsHaveWhatTheLibrarySays },
		{ "an operation can be cancelled", AnOperationCanBeCancelled },
		{ "the log of the library is written", TheLogOfTheLibraryIsWritten },
	};
}
