// Licensed MIT or Apache-2.0.

#include "MpaAsyncActions.h"

#include "Engine/GameInstance.h"
#include "Kismet/GameplayStatics.h"
#include "MpaConversions.h"
#include "MpaLibrary.h"
#include "MpaSubsystem.h"

namespace
{
	UMpaSubsystem* FindSubsystem(const UObject* WorldContext)
	{
		const UGameInstance* GameInstance = UGameplayStatics::GetGameInstance(WorldContext);
		return GameInstance ? GameInstance->GetSubsystem<UMpaSubsystem>() : nullptr;
	}

	FMpaResult NoGameInstance()
	{
		return MpaConversions::MakeResult(MPA_ERROR_INVALID_HANDLE,
			TEXT("There is no game instance here: call the node from an object that is in a world."));
	}
}

UMpaSendServerInviteAction* UMpaSendServerInviteAction::SendServerInvite(
	UObject* WorldContextObject, const FMpaServerInvite& Invite)
{
	UMpaSendServerInviteAction* Action = NewObject<UMpaSendServerInviteAction>();
	Action->WorldContext = WorldContextObject;
	Action->ToSend = Invite;
	Action->RegisterWithGameInstance(WorldContextObject);
	return Action;
}

void UMpaSendServerInviteAction::Activate()
{
	if (UMpaSubsystem* Subsystem = FindSubsystem(WorldContext))
	{
		Subsystem->SendServerInvite(
			ToSend, FMpaCompletedDelegate::CreateUObject(this, &UMpaSendServerInviteAction::Complete));
		return;
	}
	Complete(NoGameInstance());
}

void UMpaSendServerInviteAction::Complete(const FMpaResult& Result)
{
	(Result.IsOk() ? OnSent : OnFailed).Broadcast(Result);
	SetReadyToDestroy();
}

UMpaReportRecentPlayersAction* UMpaReportRecentPlayersAction::ReportRecentPlayers(
	UObject* WorldContextObject, const TArray<FMpaRecentPlayerGroup>& Groups)
{
	UMpaReportRecentPlayersAction* Action = NewObject<UMpaReportRecentPlayersAction>();
	Action->WorldContext = WorldContextObject;
	Action->ToReport = Groups;
	Action->RegisterWithGameInstance(WorldContextObject);
	return Action;
}

void UMpaReportRecentPlayersAction::Activate()
{
	if (UMpaSubsystem* Subsystem = FindSubsystem(WorldContext))
	{
		Subsystem->ReportRecentPlayers(
			ToReport, FMpaCompletedDelegate::CreateUObject(this, &UMpaReportRecentPlayersAction::Complete));
		return;
	}
	Complete(NoGameInstance());
}

void UMpaReportRecentPlayersAction::Complete(const FMpaResult& Result)
{
	(Result.IsOk() ? OnReported : OnFailed).Broadcast(Result);
	SetReadyToDestroy();
}
