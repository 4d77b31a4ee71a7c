// Licensed MIT or Apache-2.0.

#include "MpaAsyncActions.h"

#include "MpaActionSubsystem.h"
#include "MpaSubsystem.h"

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
	if (UMpaSubsystem* Subsystem = MpaActions::FindSubsystem(WorldContext))
	{
		Subsystem->SendServerInvite(
			ToSend, FMpaCompletedDelegate::CreateUObject(this, &UMpaSendServerInviteAction::Complete));
		return;
	}
	Complete(MpaActions::NoGameInstance(ToSend.InvitedUsers.Num()));
}

void UMpaSendServerInviteAction::Complete(const FMpaResult& Result)
{
	(Result.IsOk() ? OnSent : OnFailed).Broadcast(Result);
	SetReadyToDestroy();
}

UMpaReportRecentPlayerGroupsAction* UMpaReportRecentPlayerGroupsAction::ReportRecentPlayerGroups(
	UObject* WorldContextObject, const TArray<FMpaRecentPlayerGroup>& Groups)
{
	UMpaReportRecentPlayerGroupsAction* Action = NewObject<UMpaReportRecentPlayerGroupsAction>();
	Action->WorldContext = WorldContextObject;
	Action->ToReport = Groups;
	Action->RegisterWithGameInstance(WorldContextObject);
	return Action;
}

void UMpaReportRecentPlayerGroupsAction::Activate()
{
	if (UMpaSubsystem* Subsystem = MpaActions::FindSubsystem(WorldContext))
	{
		Subsystem->ReportRecentPlayerGroups(
			ToReport, FMpaCompletedDelegate::CreateUObject(this, &UMpaReportRecentPlayerGroupsAction::Complete));
		return;
	}
	Complete(MpaActions::NoGameInstance(ToReport.Num()));
}

void UMpaReportRecentPlayerGroupsAction::Complete(const FMpaResult& Result)
{
	(Result.IsOk() ? OnReported : OnFailed).Broadcast(Result);
	SetReadyToDestroy();
}

UMpaReportRecentPlayersOfUsersAction* UMpaReportRecentPlayersOfUsersAction::ReportRecentPlayersOfUsers(
	UObject* WorldContextObject, const TArray<FMpaUserRecentPlayers>& Users)
{
	UMpaReportRecentPlayersOfUsersAction* Action = NewObject<UMpaReportRecentPlayersOfUsersAction>();
	Action->WorldContext = WorldContextObject;
	Action->ToReport = Users;
	Action->RegisterWithGameInstance(WorldContextObject);
	return Action;
}

void UMpaReportRecentPlayersOfUsersAction::Activate()
{
	if (UMpaSubsystem* Subsystem = MpaActions::FindSubsystem(WorldContext))
	{
		Subsystem->ReportRecentPlayersOfUsers(
			ToReport, FMpaCompletedDelegate::CreateUObject(this, &UMpaReportRecentPlayersOfUsersAction::Complete));
		return;
	}
	Complete(MpaActions::NoGameInstance(ToReport.Num()));
}

void UMpaReportRecentPlayersOfUsersAction::Complete(const FMpaResult& Result)
{
	(Result.IsOk() ? OnReported : OnFailed).Broadcast(Result);
	SetReadyToDestroy();
}

UMpaCloseMatchAction* UMpaCloseMatchAction::CloseMatch(UObject* WorldContextObject, const FMpaMatch& Match)
{
	UMpaCloseMatchAction* Action = NewObject<UMpaCloseMatchAction>();
	Action->WorldContext = WorldContextObject;
	Action->ToClose = Match;
	Action->RegisterWithGameInstance(WorldContextObject);
	return Action;
}

void UMpaCloseMatchAction::Activate()
{
	if (UMpaSubsystem* Subsystem = MpaActions::FindSubsystem(WorldContext))
	{
		Subsystem->CloseMatch(ToClose, FMpaCompletedDelegate::CreateUObject(this, &UMpaCloseMatchAction::Complete));
		return;
	}
	Complete(MpaActions::NoGameInstance(0));
}

void UMpaCloseMatchAction::Complete(const FMpaResult& Result)
{
	(Result.IsOk() ? OnReported : OnFailed).Broadcast(Result);
	SetReadyToDestroy();
}
