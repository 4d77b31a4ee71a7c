// Licensed MIT or Apache-2.0.

#pragma once

#include "CoreMinimal.h"
#include "Kismet/BlueprintAsyncActionBase.h"
#include "MpaTypes.h"

#include "MpaAsyncActions.generated.h"

DECLARE_DYNAMIC_MULTICAST_DELEGATE_OneParam(FMpaActionDelegate, const FMpaResult&, Result);

/** The node Send Server Invite. */
UCLASS()
class MPA_API UMpaSendServerInviteAction : public UBlueprintAsyncActionBase
{
	GENERATED_BODY()

public:
	/** Invites players on behalf of a player who asked for it. */
	UFUNCTION(BlueprintCallable, Category = "Mpa",
		meta = (BlueprintInternalUseOnly = "true", WorldContext = "WorldContextObject"))
	static UMpaSendServerInviteAction* SendServerInvite(UObject* WorldContextObject, const FMpaServerInvite& Invite);

	virtual void Activate() override;

	/** The service has acknowledged all invited players. */
	UPROPERTY(BlueprintAssignable)
	FMpaActionDelegate OnSent;

	UPROPERTY(BlueprintAssignable)
	FMpaActionDelegate OnFailed;

private:
	void Complete(const FMpaResult& Result);

	UPROPERTY()
	TObjectPtr<UObject> WorldContext;

	FMpaServerInvite ToSend;
};

/** The node Report Recent Player Groups. */
UCLASS()
class MPA_API UMpaReportRecentPlayerGroupsAction : public UBlueprintAsyncActionBase
{
	GENERATED_BODY()

public:
	/** Reports who met whom. */
	UFUNCTION(BlueprintCallable, Category = "Mpa",
		meta = (BlueprintInternalUseOnly = "true", WorldContext = "WorldContextObject"))
	static UMpaReportRecentPlayerGroupsAction* ReportRecentPlayerGroups(
		UObject* WorldContextObject, const TArray<FMpaRecentPlayerGroup>& Groups);

	virtual void Activate() override;

	/** The service has acknowledged all groups. */
	UPROPERTY(BlueprintAssignable)
	FMpaActionDelegate OnReported;

	UPROPERTY(BlueprintAssignable)
	FMpaActionDelegate OnFailed;

private:
	void Complete(const FMpaResult& Result);

	UPROPERTY()
	TObjectPtr<UObject> WorldContext;

	TArray<FMpaRecentPlayerGroup> ToReport;
};

/** The node Report Recent Players Of Users. */
UCLASS()
class MPA_API UMpaReportRecentPlayersOfUsersAction : public UBlueprintAsyncActionBase
{
	GENERATED_BODY()

public:
	/** Reports for each of many players whom that player met, if types or times differ from pair to pair. */
	UFUNCTION(BlueprintCallable, Category = "Mpa",
		meta = (BlueprintInternalUseOnly = "true", WorldContext = "WorldContextObject"))
	static UMpaReportRecentPlayersOfUsersAction* ReportRecentPlayersOfUsers(
		UObject* WorldContextObject, const TArray<FMpaUserRecentPlayers>& Users);

	virtual void Activate() override;

	/** The service has acknowledged all players. */
	UPROPERTY(BlueprintAssignable)
	FMpaActionDelegate OnReported;

	UPROPERTY(BlueprintAssignable)
	FMpaActionDelegate OnFailed;

private:
	void Complete(const FMpaResult& Result);

	UPROPERTY()
	TObjectPtr<UObject> WorldContext;

	TArray<FMpaUserRecentPlayers> ToReport;
};

/** The node Close Match. */
UCLASS()
class MPA_API UMpaCloseMatchAction : public UBlueprintAsyncActionBase
{
	GENERATED_BODY()

public:
	/** Closes a match: all players leave. */
	UFUNCTION(BlueprintCallable, Category = "Mpa",
		meta = (BlueprintInternalUseOnly = "true", WorldContext = "WorldContextObject"))
	static UMpaCloseMatchAction* CloseMatch(UObject* WorldContextObject, const FMpaMatch& Match);

	virtual void Activate() override;

	/** The service has acknowledged all reports of the match. */
	UPROPERTY(BlueprintAssignable)
	FMpaActionDelegate OnReported;

	UPROPERTY(BlueprintAssignable)
	FMpaActionDelegate OnFailed;

private:
	void Complete(const FMpaResult& Result);

	UPROPERTY()
	TObjectPtr<UObject> WorldContext;

	FMpaMatch ToClose;
};
