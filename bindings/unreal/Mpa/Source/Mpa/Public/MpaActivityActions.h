// Licensed MIT or Apache-2.0.

#pragma once

#include "CoreMinimal.h"
#include "Kismet/BlueprintAsyncActionBase.h"
#include "MpaAsyncActions.h"
#include "MpaTypes.h"

#include "MpaActivityActions.generated.h"

DECLARE_DYNAMIC_MULTICAST_DELEGATE_TwoParams(
	FMpaActivitiesActionDelegate, const FMpaResult&, Result, const TArray<FMpaActivityRecord>&, Records);

/** The node Set Activity. */
UCLASS()
class MPA_API UMpaSetActivityAction : public UBlueprintAsyncActionBase
{
	GENERATED_BODY()

public:
	/** Sets what a player plays. It replaces the player's activity in this title. */
	UFUNCTION(BlueprintCallable, Category = "Mpa",
		meta = (BlueprintInternalUseOnly = "true", WorldContext = "WorldContextObject"))
	static UMpaSetActivityAction* SetActivity(
		UObject* WorldContextObject, const FString& Xuid, const FMpaActivity& Activity);

	virtual void Activate() override;

	/** The service has acknowledged it. */
	UPROPERTY(BlueprintAssignable)
	FMpaActionDelegate OnSet;

	UPROPERTY(BlueprintAssignable)
	FMpaActionDelegate OnFailed;

private:
	void Complete(const FMpaResult& Result);

	UPROPERTY()
	TObjectPtr<UObject> WorldContext;

	FString Player;
	FMpaActivity ToSet;
};

/** The node Delete Activity. */
UCLASS()
class MPA_API UMpaDeleteActivityAction : public UBlueprintAsyncActionBase
{
	GENERATED_BODY()

public:
	/** Deletes a player's activity in this title. SequenceNumber: as in FMpaActivity. */
	UFUNCTION(BlueprintCallable, Category = "Mpa",
		meta = (BlueprintInternalUseOnly = "true", WorldContext = "WorldContextObject",
			AdvancedDisplay = "SequenceNumber"))
	static UMpaDeleteActivityAction* DeleteActivity(
		UObject* WorldContextObject, const FString& Xuid, int64 SequenceNumber = 0);

	virtual void Activate() override;

	/** The service has acknowledged it. */
	UPROPERTY(BlueprintAssignable)
	FMpaActionDelegate OnDeleted;

	UPROPERTY(BlueprintAssignable)
	FMpaActionDelegate OnFailed;

private:
	void Complete(const FMpaResult& Result);

	UPROPERTY()
	TObjectPtr<UObject> WorldContext;

	FString Player;
	int64 Sequence = 0;
};

/** The node Query Activities. */
UCLASS()
class MPA_API UMpaQueryActivitiesAction : public UBlueprintAsyncActionBase
{
	GENERATED_BODY()

public:
	/** Queries what players play, in any title. */
	UFUNCTION(BlueprintCallable, Category = "Mpa",
		meta = (BlueprintInternalUseOnly = "true", WorldContext = "WorldContextObject"))
	static UMpaQueryActivitiesAction* QueryActivities(UObject* WorldContextObject, const TArray<FString>& Xuids);

	virtual void Activate() override;

	/** The service has answered for all players. */
	UPROPERTY(BlueprintAssignable)
	FMpaActivitiesActionDelegate OnFound;

	/** With the activities of those players for whom the service has answered. */
	UPROPERTY(BlueprintAssignable)
	FMpaActivitiesActionDelegate OnFailed;

private:
	void Complete(const FMpaResult& Result, const TArray<FMpaActivityRecord>& Records);

	UPROPERTY()
	TObjectPtr<UObject> WorldContext;

	TArray<FString> Players;
};
