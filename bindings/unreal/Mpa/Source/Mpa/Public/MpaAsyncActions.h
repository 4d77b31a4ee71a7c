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
	/** Invites players on behalf of one who asked for it. */
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

/** The node Report Recent Players. */
UCLASS()
class MPA_API UMpaReportRecentPlayersAction : public UBlueprintAsyncActionBase
{
	GENERATED_BODY()

public:
	/** Reports who met whom. */
	UFUNCTION(BlueprintCallable, Category = "Mpa",
		meta = (BlueprintInternalUseOnly = "true", WorldContext = "WorldContextObject"))
	static UMpaReportRecentPlayersAction* ReportRecentPlayers(
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
