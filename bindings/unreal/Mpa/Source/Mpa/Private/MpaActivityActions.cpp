// Licensed MIT or Apache-2.0.

#include "MpaActivityActions.h"

#include "MpaActionSubsystem.h"
#include "MpaSubsystem.h"

UMpaSetActivityAction* UMpaSetActivityAction::SetActivity(
	UObject* WorldContextObject, const FString& Xuid, const FMpaActivity& Activity)
{
	UMpaSetActivityAction* Action = NewObject<UMpaSetActivityAction>();
	Action->WorldContext = WorldContextObject;
	Action->Player = Xuid;
	Action->ToSet = Activity;
	Action->RegisterWithGameInstance(WorldContextObject);
	return Action;
}

void UMpaSetActivityAction::Activate()
{
	if (UMpaSubsystem* Subsystem = MpaActions::FindSubsystem(WorldContext))
	{
		Subsystem->SetActivity(
			Player, ToSet, FMpaCompletedDelegate::CreateUObject(this, &UMpaSetActivityAction::Complete));
		return;
	}
	Complete(MpaActions::NoGameInstance(1));
}

void UMpaSetActivityAction::Complete(const FMpaResult& Result)
{
	(Result.IsOk() ? OnSet : OnFailed).Broadcast(Result);
	SetReadyToDestroy();
}

UMpaDeleteActivityAction* UMpaDeleteActivityAction::DeleteActivity(
	UObject* WorldContextObject, const FString& Xuid, const int64 SequenceNumber)
{
	UMpaDeleteActivityAction* Action = NewObject<UMpaDeleteActivityAction>();
	Action->WorldContext = WorldContextObject;
	Action->Player = Xuid;
	Action->Sequence = SequenceNumber;
	Action->RegisterWithGameInstance(WorldContextObject);
	return Action;
}

void UMpaDeleteActivityAction::Activate()
{
	if (UMpaSubsystem* Subsystem = MpaActions::FindSubsystem(WorldContext))
	{
		Subsystem->DeleteActivity(
			Player, Sequence, FMpaCompletedDelegate::CreateUObject(this, &UMpaDeleteActivityAction::Complete));
		return;
	}
	Complete(MpaActions::NoGameInstance(1));
}

void UMpaDeleteActivityAction::Complete(const FMpaResult& Result)
{
	(Result.IsOk() ? OnDeleted : OnFailed).Broadcast(Result);
	SetReadyToDestroy();
}

UMpaQueryActivitiesAction* UMpaQueryActivitiesAction::QueryActivities(
	UObject* WorldContextObject, const TArray<FString>& Xuids)
{
	UMpaQueryActivitiesAction* Action = NewObject<UMpaQueryActivitiesAction>();
	Action->WorldContext = WorldContextObject;
	Action->Players = Xuids;
	Action->RegisterWithGameInstance(WorldContextObject);
	return Action;
}

void UMpaQueryActivitiesAction::Activate()
{
	if (UMpaSubsystem* Subsystem = MpaActions::FindSubsystem(WorldContext))
	{
		Subsystem->QueryActivities(
			Players, FMpaActivitiesDelegate::CreateUObject(this, &UMpaQueryActivitiesAction::Complete));
		return;
	}
	Complete(MpaActions::NoGameInstance(Players.Num()), TArray<FMpaActivityRecord>());
}

void UMpaQueryActivitiesAction::Complete(const FMpaResult& Result, const TArray<FMpaActivityRecord>& Records)
{
	(Result.IsOk() ? OnFound : OnFailed).Broadcast(Result, Records);
	SetReadyToDestroy();
}
