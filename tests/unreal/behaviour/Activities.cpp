// Activities, and players who met.

#include "Support.h"

#include "Containers/Ticker.h"
#include "MpaActivityActions.h"
#include "MpaAsyncActions.h"

#include <limits>
#include <memory>

static FMpaActivity Activity()
{
	FMpaActivity Result;
	Result.ConnectionString = TEXT("\u00e4\u20ac\U0001f600:7777");
	Result.JoinRestriction = EMpaJoinRestriction::Followed;
	Result.GroupId = TEXT("squad");
	Result.MaxPlayers = 8;
	Result.CurrentPlayers = 3;
	Result.Platform = EMpaPlatform::Scarlett;
	Result.SequenceNumber = 7;
	return Result;
}

static void AnActivityIsSetFoundAndDeleted()
{
	ResetSettings(121);
	FServer Server;
	UReceiver Receiver;
	Server.Mpa->SetAuthorization(Token());
	EXPECT(Server.Mpa->SetActivity(TEXT("2814639011617876"), Activity(), Receiver.Delegate()) > 0);
	EXPECT(TickUntil([&] { return Receiver.Calls == 1; }) && Receiver.Last.IsOk());
	TArray<FMpaActivityRecord> Found;
	const auto Ask = [&]
	{
		const TArray<FString> Xuids = { TEXT("2814639011617876"), TEXT("18446744073709551615") };
		const int Before = Receiver.Calls;
		EXPECT(Server.Mpa->QueryActivities(Xuids, Receiver.ActivitiesDelegate(Found)) > 0);
		EXPECT(TickUntil([&] { return Receiver.Calls > Before; }) && Receiver.Last.IsOk());
	};
	Ask();
	EXPECT(Found.Num() == 1);
	if (Found.Num() == 1)
	{
		const FMpaActivityRecord& Record = Found[0];
		EXPECT(Record.Xuid == TEXT("2814639011617876") && Record.TitleId == 121 && Record.SequenceNumber == 7);
		EXPECT(Record.ConnectionString == Activity().ConnectionString && Record.GroupId == TEXT("squad"));
		EXPECT(Record.JoinRestriction == EMpaJoinRestriction::Followed && Record.Platform == EMpaPlatform::Scarlett);
		EXPECT(Record.MaxPlayers == 8 && Record.CurrentPlayers == 3);
	}
	EXPECT(Server.Mpa->DeleteActivity(TEXT("2814639011617876"), 8, Receiver.Delegate()) > 0);
	EXPECT(TickUntil([&] { return Receiver.Calls == 3; }) && Receiver.Last.IsOk());
	Ask();
	EXPECT(Found.Num() == 0);
}

static TArray<FMpaUserRecentPlayers> Users()
{
	FMpaRecentPlayer Met;
	Met.Xuid = TEXT("2");
	Met.EncounterType = EMpaEncounterType::Opponent;
	Met.Timestamp = FDateTime::FromUnixTimestamp(1589278272);
	FMpaUserRecentPlayers User;
	User.Xuid = TEXT("1");
	User.RecentPlayers = { Met };
	return { User };
}

static void RecentPlayersOfUsersAreReported()
{
	ResetSettings(122);
	FServer Server;
	UReceiver Receiver;
	Server.Mpa->SetAuthorization(Token());
	EXPECT(Server.Mpa->ReportRecentPlayersOfUsers(Users(), Receiver.Delegate()) > 0);
	EXPECT(TickUntil([&] { return Receiver.Calls > 0; }));
	EXPECT(Receiver.Last.IsOk() && Receiver.Last.Acknowledged == 1);
}

static void AMatchReportsItself()
{
	ResetSettings(123);
	// The reports of the match go out together, however slow the machine is.
	Settings().RecentPlayersHoldMs = 1000;
	FServer Server;
	UReceiver Receiver;
	Server.Mpa->SetAuthorization(Token());
	FMpaMatch Match;
	EXPECT(!Match.IsSet() && Server.Mpa->OpenMatch(Match).IsOk() && Match.IsSet());
	EXPECT(Server.Mpa->JoinMatch(Match, TEXT("1")).IsOk() && Server.Mpa->JoinMatch(Match, TEXT("2")).IsOk());
	EXPECT(Server.Mpa->JoinMatch(Match, TEXT("1")).Status == EMpaStatus::InvalidArgument);
	EXPECT(Server.Mpa->JoinMatch(Match, TEXT("abc")).Message.Contains(TEXT("Xuid is not a XUID")));
	EXPECT(Server.Mpa->LeaveMatch(Match, FString()).Message.Contains(TEXT("Xuid is empty")));
	EXPECT(Server.Mpa->LeaveMatch(Match, TEXT("3")).Status == EMpaStatus::InvalidArgument);
	EXPECT(Server.Mpa->LeaveMatch(Match, TEXT("1")).IsOk() && Server.Mpa->JoinMatch(Match, TEXT("3"), 1).IsOk());
	EXPECT(Server.Mpa->CloseMatch(Match, Receiver.Delegate()) > 0);
	EXPECT(TickUntil([&] { return Receiver.Calls > 0; }));
	EXPECT(Receiver.Last.IsOk() && Receiver.Last.Acknowledged == 2);
	// It is over, and so is one that never was.
	for (const FMpaMatch& Other : { Match, FMpaMatch() })
	{
		EXPECT(Server.Mpa->JoinMatch(Other, TEXT("5")).Status == EMpaStatus::InvalidHandle);
		EXPECT(Server.Mpa->CloseMatch(Other, Receiver.Delegate()) == 0);
	}
	EXPECT(Receiver.Calls == 1);
	FTSTicker::GetCoreTicker().Tick(0.016f);
	EXPECT(Receiver.Calls == 3 && Receiver.Last.Status == EMpaStatus::InvalidHandle);

	FMpaMatch Brief;
	EXPECT(Server.Mpa->OpenMatch(Brief, 60000).IsOk());
	EXPECT(Server.Mpa->JoinMatch(Brief, TEXT("1")).IsOk() && Server.Mpa->JoinMatch(Brief, TEXT("2")).IsOk());
	Server.Mpa->CloseMatch(Brief, Receiver.Delegate());
	EXPECT(TickUntil([&] { return Receiver.Calls == 4; }) && Receiver.Last.IsOk() && Receiver.Last.Acknowledged == 0);
}

static void AMatchThatIsOpenAtTheEndIsReported()
{
	ResetSettings(124);
	FServer Server;
	Server.Mpa->SetAuthorization(Token());
	FMpaMatch Match;
	EXPECT(Server.Mpa->OpenMatch(Match).IsOk());
	EXPECT(Server.Mpa->JoinMatch(Match, TEXT("1")).IsOk() && Server.Mpa->JoinMatch(Match, TEXT("2")).IsOk());
	// As when the game instance ends, after which there is no subsystem to ask.
	Server.Mpa->Close();
	EXPECT(Server.Mpa->JoinMatch(Match, TEXT("3")).Status == EMpaStatus::InvalidHandle);
	EXPECT(!Server.Mpa->OpenMatch(Match).IsOk() && !Match.IsSet());
}

static void BlueprintNodesOfActivitiesReport()
{
	ResetSettings(125);
	FServer Server;
	UObject World;
	Server.Mpa->SetAuthorization(Token());
	int Succeeded = 0;
	int Failed = 0;
	const auto Succeed = [&](const FMpaResult&) { ++Succeeded; };
	const auto Fail = [&](const FMpaResult& Result) { Failed += Result.IsOk() ? 0 : 1; };
	std::unique_ptr<UMpaSetActivityAction> Set(UMpaSetActivityAction::SetActivity(&World, TEXT("1"), Activity()));
	Set->OnSet.AddLambda(Succeed);
	Set->Activate();
	EXPECT(TickUntil([&] { return Succeeded == 1; }));
	std::unique_ptr<UMpaQueryActivitiesAction> Query(UMpaQueryActivitiesAction::QueryActivities(&World, { TEXT("1") }));
	Query->OnFound.AddLambda([&](const FMpaResult&, const TArray<FMpaActivityRecord>& Records) { Succeeded += Records.Num(); });
	Query->Activate();
	EXPECT(TickUntil([&] { return Succeeded == 2; }));
	std::unique_ptr<UMpaDeleteActivityAction> Delete(UMpaDeleteActivityAction::DeleteActivity(&World, TEXT("1"), 8));
	Delete->OnDeleted.AddLambda(Succeed);
	Delete->Activate();
	std::unique_ptr<UMpaReportRecentPlayersOfUsersAction> Report(UMpaReportRecentPlayersOfUsersAction::ReportRecentPlayersOfUsers(&World, Users()));
	Report->OnReported.AddLambda(Succeed);
	Report->Activate();
	FMpaMatch Match;
	EXPECT(Server.Mpa->OpenMatch(Match).IsOk());
	std::unique_ptr<UMpaCloseMatchAction> Close(UMpaCloseMatchAction::CloseMatch(&World, Match));
	Close->OnReported.AddLambda(Succeed);
	Close->Activate();
	EXPECT(TickUntil([&] { return Succeeded == 5; }));
	EXPECT(Set->bReadyToDestroy && Query->bReadyToDestroy && Delete->bReadyToDestroy && Report->bReadyToDestroy && Close->bReadyToDestroy);

	std::unique_ptr<UMpaQueryActivitiesAction> Outside(UMpaQueryActivitiesAction::QueryActivities(nullptr, { TEXT("1") }));
	Outside->OnFailed.AddLambda([&](const FMpaResult& Result, const TArray<FMpaActivityRecord>& Records) { Failed += Result.Status == EMpaStatus::InvalidHandle && Records.IsEmpty() ? 1 : 0; });
	Outside->Activate();
	std::unique_ptr<UMpaCloseMatchAction> Twice(UMpaCloseMatchAction::CloseMatch(&World, Match));
	Twice->OnFailed.AddLambda(Fail);
	Twice->Activate();
	std::unique_ptr<UMpaSetActivityAction> Nowhere(UMpaSetActivityAction::SetActivity(nullptr, TEXT("1"), Activity()));
	Nowhere->OnFailed.AddLambda(Fail);
	Nowhere->Activate();
	EXPECT(TickUntil([&] { return Failed == 3; }) && Succeeded == 5);
}

static void WrongInputsAreRefusedByName()
{
	ResetSettings(126);
	FServer Server;
	UReceiver Receiver;
	TArray<FMpaActivityRecord> Found;
	const auto Refused = [&](int64 Operation, const TCHAR* Part)
	{
		const int Before = Receiver.Calls;
		EXPECT(Operation == 0);
		FTSTicker::GetCoreTicker().Tick(0.016f);
		EXPECT(Receiver.Calls == Before + 1 && Receiver.Last.Status == EMpaStatus::InvalidArgument && Receiver.Last.Message.Contains(Part));
	};
	UMpaSubsystem& Mpa = *Server.Mpa;
	FMpaActivity Wrong = Activity();
	Wrong.GroupId = FString(3, TEXT("a\0b"));
	Refused(Mpa.SetActivity(TEXT("1"), Wrong, Receiver.Delegate()), TEXT("GroupId has a NUL character"));
	Wrong = Activity();
	Wrong.ConnectionString = FString(3, TEXT("a\0b"));
	Refused(Mpa.SetActivity(TEXT("1"), Wrong, Receiver.Delegate()), TEXT("ConnectionString has a NUL character"));
	Wrong = Activity();
	Wrong.MaxPlayers = 101;
	Refused(Mpa.SetActivity(TEXT("1"), Wrong, Receiver.Delegate()), TEXT("max_players"));
	Wrong = Activity();
	Wrong.Platform = EMpaPlatform::Unknown;
	Refused(Mpa.SetActivity(TEXT("1"), Wrong, Receiver.Delegate()), TEXT("platform"));
	Wrong = Activity();
	Wrong.JoinRestriction = EMpaJoinRestriction::Unknown;
	Refused(Mpa.SetActivity(TEXT("1"), Wrong, Receiver.Delegate()), TEXT("join_restriction"));
	Refused(Mpa.SetActivity(TEXT("?"), Activity(), Receiver.Delegate()), TEXT("Xuid is not a XUID"));
	Refused(Mpa.DeleteActivity(FString(), 0, Receiver.Delegate()), TEXT("Xuid is empty"));
	Refused(Mpa.QueryActivities({ TEXT("1"), TEXT("?") }, Receiver.ActivitiesDelegate(Found)), TEXT("Xuids[1] is not a XUID"));
	TArray<FMpaUserRecentPlayers> WrongUsers = Users();
	WrongUsers[0].Xuid = FString();
	Refused(Mpa.ReportRecentPlayersOfUsers(WrongUsers, Receiver.Delegate()), TEXT("Users[0].Xuid is empty"));
	WrongUsers = Users();
	WrongUsers[0].RecentPlayers.Add(FMpaRecentPlayer());
	Refused(Mpa.ReportRecentPlayersOfUsers(WrongUsers, Receiver.Delegate()), TEXT("Users[0].RecentPlayers[1].Xuid is empty"));
	EXPECT(Found.Num() == 0);
}

/** A negative number never becomes a large one. */
static void NegativeNumbersAreRefused()
{
	ResetSettings(128);
	FServer Server;
	UReceiver Receiver;
	UMpaSubsystem& Mpa = *Server.Mpa;
	const auto Refused = [&](int64 Operation, const FString& Part)
	{
		const int Before = Receiver.Calls;
		EXPECT(Operation == 0);
		FTSTicker::GetCoreTicker().Tick(0.016f);
		EXPECT(Receiver.Calls == Before + 1 && Receiver.Last.Status == EMpaStatus::InvalidArgument);
		EXPECT(Receiver.Last.Message.Contains(*Part) && Receiver.Last.Resend == EMpaResend::AfterFix);
	};
	for (const int32 Number : { -1, -2, std::numeric_limits<int32>::min() })
	{
		const auto Is = [Number](const TCHAR* Name) { return FString::Printf(TEXT("%s is %d: "), Name, Number); };
		const auto Changed = [Number](int32 FMpaActivity::*Field)
		{
			FMpaActivity Result = Activity();
			Result.*Field = Number;
			return Result;
		};
		Refused(Mpa.SetActivity(TEXT("1"), Changed(&FMpaActivity::MaxPlayers), Receiver.Delegate()), Is(TEXT("MaxPlayers")));
		Refused(Mpa.SetActivity(TEXT("1"), Changed(&FMpaActivity::CurrentPlayers), Receiver.Delegate()), Is(TEXT("CurrentPlayers")));
		Refused(Mpa.SetActivity(TEXT("1"), Changed(&FMpaActivity::TimeToLiveMs), Receiver.Delegate()), Is(TEXT("TimeToLiveMs")));
		FMpaActivity Wrong = Activity();
		Wrong.SequenceNumber = Number;
		Refused(Mpa.SetActivity(TEXT("1"), Wrong, Receiver.Delegate()), Is(TEXT("SequenceNumber")));
		Refused(Mpa.DeleteActivity(TEXT("1"), Number, Receiver.Delegate()), Is(TEXT("SequenceNumber")));
		FMpaServerInvite Negative = Invite();
		Negative.TimeToLiveMs = Number;
		Refused(Mpa.SendServerInvite(Negative, Receiver.Delegate()), Is(TEXT("TimeToLiveMs")));
		EXPECT(Receiver.Last.ResendCount == 2);
		FMpaMatch Match;
		const FMpaResult Opened = Mpa.OpenMatch(Match, Number);
		EXPECT(Opened.Status == EMpaStatus::InvalidArgument && Opened.Message.Contains(*Is(TEXT("MinimumTogetherMs"))) && !Match.IsSet());
	}
}

TArray<FCase> CasesOfActivities()
{
	return {
		{ "an activity is set, found and deleted", AnActivityIsSetFoundAndDeleted },
		{ "recent players of users are reported", RecentPlayersOfUsersAreReported },
		{ "a match reports itself", AMatchReportsItself },
		{ "a match that is open at the end is reported", AMatchThatIsOpenAtTheEndIsReported },
		{ "Blueprint nodes of activities report", BlueprintNodesOfActivitiesReport },
		{ "wrong inputs are refused by name", WrongInputsAreRefusedByName },
		{ "negative numbers are refused", NegativeNumbersAreRefused },
	};
}
