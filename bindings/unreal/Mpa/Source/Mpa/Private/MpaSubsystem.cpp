// Licensed MIT or Apache-2.0.

#include "MpaSubsystem.h"

#include "CoreGlobals.h"
#include "Engine/GameInstance.h"
#include "MpaClient.h"
#include "MpaConversions.h"
#include "MpaLibrary.h"
#include "MpaLog.h"
#include "MpaModule.h"
#include "MpaSettings.h"

void UMpaSubsystem::Initialize(FSubsystemCollectionBase& Collection)
{
	Super::Initialize(Collection);
	Ticker = FTSTicker::GetCoreTicker().AddTicker(FTickerDelegate::CreateUObject(this, &UMpaSubsystem::Tick));
	WhyNotOpen =
		TEXT("The client is not open: with these settings, only UMpaSubsystem::Open opens it in this game instance.");
	if (ShouldOpen())
	{
		bOpenedBySettings = true;
		Open();
	}
}

void UMpaSubsystem::Deinitialize()
{
	FTSTicker::GetCoreTicker().RemoveTicker(Ticker);
	Ticker.Reset();
	Close();
	CompleteRefused();
	Super::Deinitialize();
}

bool UMpaSubsystem::ShouldOpen() const
{
	if (IsRunningCommandlet())
	{
		return false;
	}
	switch (GetDefault<UMpaSettings>()->Open)
	{
	case EMpaOpen::AllGameInstances:
		return true;
	case EMpaOpen::DedicatedServers:
		return GetGameInstance()->IsDedicatedServerInstance();
	case EMpaOpen::ByCode:
	default:
		return false;
	}
}

FMpaResult UMpaSubsystem::Open(const FMpaSecrets& Secrets)
{
	check(IsInGameThread());
	Close();
	if (!FMpaModule::IsLibraryUsable())
	{
		WhyNotOpen = TEXT("The client is not open: the library of mpa cannot be used, see the start of the log.");
		return NotOpen(0);
	}
	FMpaResult Result;
	const TWeakObjectPtr<UMpaSubsystem> WeakThis(this);
	Client = FMpaClient::Open(
		*GetDefault<UMpaSettings>(), Secrets,
		[WeakThis](const EMpaAuthorizationReason Reason, const FString& Message)
		{
			if (UMpaSubsystem* This = WeakThis.Get())
			{
				This->NotifyAuthorizationNeeded(Reason, Message);
			}
		},
		Result);
	if (Client.IsValid())
	{
		UE_LOG(LogMpa, Log, TEXT("The client is open (mpa %s)."), UTF8_TO_TCHAR(mpa_version_string()));
		return Result;
	}
	WhyNotOpen = TEXT("The client is not open: ") + Result.Message;
	UE_LOG(LogMpa, Warning, TEXT("%s Invites are off."), *WhyNotOpen);
	return Result;
}

void UMpaSubsystem::Close()
{
	check(IsInGameThread());
	// Before the delegates are called: what they submit is refused.
	const TSharedPtr<FMpaClient> Closed = MoveTemp(Client);
	Client.Reset();
	if (Closed.IsValid())
	{
		WhyNotOpen = TEXT("The client is not open: it was closed.");
		Closed->Close(GetDefault<UMpaSettings>()->ShutdownTimeLimitMs);
	}
}

bool UMpaSubsystem::IsOpen() const
{
	return Client.IsValid();
}

int64 UMpaSubsystem::SendServerInvite(const FMpaServerInvite& Invite, FMpaCompletedDelegate Completed)
{
	return Submit(Invite.InvitedUsers.Num(), Completed,
		[&](FMpaClient& Open, FMpaResult& OutRefusal)
		{
			return Open.SendServerInvite(Invite, Completed, OutRefusal);
		});
}

int64 UMpaSubsystem::ReportRecentPlayerGroups(
	const TArray<FMpaRecentPlayerGroup>& Groups, FMpaCompletedDelegate Completed)
{
	return Submit(Groups.Num(), Completed,
		[&](FMpaClient& Open, FMpaResult& OutRefusal)
		{
			return Open.ReportRecentPlayerGroups(Groups, Completed, OutRefusal);
		});
}

int64 UMpaSubsystem::ReportRecentPlayersOfUsers(
	const TArray<FMpaUserRecentPlayers>& Users, FMpaCompletedDelegate Completed)
{
	return Submit(Users.Num(), Completed,
		[&](FMpaClient& Open, FMpaResult& OutRefusal)
		{
			return Open.ReportRecentPlayersOfUsers(Users, Completed, OutRefusal);
		});
}

int64 UMpaSubsystem::SetActivity(const FString& Xuid, const FMpaActivity& Activity, FMpaCompletedDelegate Completed)
{
	return Submit(1, Completed,
		[&](FMpaClient& Open, FMpaResult& OutRefusal)
		{
			return Open.SetActivity(Xuid, Activity, Completed, OutRefusal);
		});
}

int64 UMpaSubsystem::DeleteActivity(const FString& Xuid, const int64 SequenceNumber, FMpaCompletedDelegate Completed)
{
	return Submit(1, Completed,
		[&](FMpaClient& Open, FMpaResult& OutRefusal)
		{
			return Open.DeleteActivity(Xuid, SequenceNumber, Completed, OutRefusal);
		});
}

int64 UMpaSubsystem::QueryActivities(const TArray<FString>& Xuids, FMpaActivitiesDelegate Completed)
{
	return Submit(Xuids.Num(), FMpaCompletedDelegate(), Completed,
		[&](FMpaClient& Open, FMpaResult& OutRefusal)
		{
			return Open.QueryActivities(Xuids, Completed, OutRefusal);
		});
}

FMpaResult UMpaSubsystem::OpenMatch(FMpaMatch& OutMatch, const int32 MinimumTogetherMs)
{
	check(IsInGameThread());
	OutMatch = FMpaMatch();
	return Client.IsValid() ? Client->OpenMatch(MinimumTogetherMs, OutMatch) : NotOpen(0);
}

FMpaResult UMpaSubsystem::JoinMatch(const FMpaMatch& Match, const FString& Xuid, const int32 Team)
{
	check(IsInGameThread());
	return Client.IsValid() ? Client->JoinMatch(Match, Xuid, Team) : NotOpen(0);
}

FMpaResult UMpaSubsystem::LeaveMatch(const FMpaMatch& Match, const FString& Xuid)
{
	check(IsInGameThread());
	return Client.IsValid() ? Client->LeaveMatch(Match, Xuid) : NotOpen(0);
}

int64 UMpaSubsystem::CloseMatch(const FMpaMatch& Match, FMpaCompletedDelegate Completed)
{
	return Submit(0, Completed,
		[&](FMpaClient& Open, FMpaResult& OutRefusal)
		{
			return Open.CloseMatch(Match, Completed, OutRefusal);
		});
}

/** A refusal is reported in the next tick, so that a delegate is never called inside the call that it is passed to. */
int64 UMpaSubsystem::Submit(const int32 Count, FMpaCompletedDelegate Completed, FMpaActivitiesDelegate Found,
	const TFunctionRef<int64(FMpaClient& Open, FMpaResult& OutRefusal)> SubmitToClient)
{
	check(IsInGameThread());
	FMpaResult Refusal;
	const int64 Operation = Client.IsValid() ? SubmitToClient(*Client, Refusal) : 0;
	if (Operation == 0)
	{
		if (!Client.IsValid())
		{
			Refusal = NotOpen(Count);
		}
		UE_LOG(LogMpa, Verbose, TEXT("Refused: %s"), *Refusal.Message);
		Refused.Add({ MoveTemp(Completed), MoveTemp(Found), Refusal });
	}
	return Operation;
}

int64 UMpaSubsystem::Submit(const int32 Count, FMpaCompletedDelegate Completed,
	const TFunctionRef<int64(FMpaClient& Open, FMpaResult& OutRefusal)> SubmitToClient)
{
	return Submit(Count, MoveTemp(Completed), FMpaActivitiesDelegate(), SubmitToClient);
}

void UMpaSubsystem::Cancel(const int64 Operation)
{
	if (Client.IsValid())
	{
		Client->Cancel(Operation);
	}
}

FMpaResult UMpaSubsystem::SetAuthorization(const FMpaAuthorization& Authorization)
{
	check(IsInGameThread());
	return Client.IsValid() ? Client->SetAuthorization(Authorization) : NotOpen(0);
}

bool UMpaSubsystem::Tick(const float)
{
	CompleteRefused();
	// Kept alive: a delegate may close the client.
	const TSharedPtr<FMpaClient> Polled = Client;
	if (Polled.IsValid() && !Polled->Poll())
	{
		Reopen();
		Polled->CompleteRest();
	}
	return true;
}

/** The module was replaced while the game runs (hot reload), which closed the clients of the previous one. */
void UMpaSubsystem::Reopen()
{
	Client.Reset();
	WhyNotOpen = TEXT("The client is not open: the module was reloaded, so call UMpaSubsystem::Open again.");
	UE_LOG(LogMpa, Warning,
		TEXT("The client was closed when the module was reloaded. Set again the token that your code had set."));
	if (bOpenedBySettings)
	{
		Open();
	}
}

void UMpaSubsystem::CompleteRefused()
{
	// Only the present ones: a delegate may submit again, and be refused again.
	const TArray<FRefused> Completed = MoveTemp(Refused);
	Refused.Reset();
	for (const FRefused& Entry : Completed)
	{
		Entry.Completed.ExecuteIfBound(Entry.Result);
		Entry.Found.ExecuteIfBound(Entry.Result, TArray<FMpaActivityRecord>());
	}
}

FMpaResult UMpaSubsystem::NotOpen(const int32 Count) const
{
	return MpaConversions::MakeResult(MPA_ERROR_INVALID_HANDLE, WhyNotOpen, EMpaResend::Elsewhere, Count);
}

void UMpaSubsystem::NotifyAuthorizationNeeded(const EMpaAuthorizationReason Reason, const FString& Message)
{
	if (!OnAuthorizationNeededNative.IsBound() && !OnAuthorizationNeeded.IsBound())
	{
		UE_LOG(LogMpa, Warning, TEXT("%s Nothing is bound to OnAuthorizationNeeded."), *Message);
	}
	OnAuthorizationNeededNative.Broadcast(Reason, Message);
	OnAuthorizationNeeded.Broadcast(Reason, Message);
}
