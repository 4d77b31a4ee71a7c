// Licensed MIT or Apache-2.0.

#pragma once

#include "Containers/Ticker.h"
#include "CoreMinimal.h"
#include "MpaTypes.h"
#include "Subsystems/GameInstanceSubsystem.h"

#include "MpaSubsystem.generated.h"

class FMpaClient;

/** Called once with how an operation ended, on the game thread, later than the call that submitted it. */
DECLARE_DELEGATE_OneParam(FMpaCompletedDelegate, const FMpaResult&);

DECLARE_MULTICAST_DELEGATE_TwoParams(FMpaAuthorizationNeededNativeDelegate, EMpaAuthorizationReason, const FString&);
DECLARE_DYNAMIC_MULTICAST_DELEGATE_TwoParams(
	FMpaAuthorizationNeededDelegate, EMpaAuthorizationReason, Reason, const FString&, Message);

/**
 * Invites Xbox players and reports recent players. Each game instance has its own client, which is opened from
 * UMpaSettings.
 *
 * All functions are for the game thread, and none waits for the network; only the end of the game instance waits, up to
 * UMpaSettings::ShutdownTimeLimitMs, for what was submitted. Every operation calls its delegate exactly once, from the
 * ticker of the game thread or at the end of the game instance; what a delegate submits at that end is dropped. So is a
 * delegate whose object is gone: bind with CreateUObject, CreateWeakLambda or CreateSP.
 *
 * Blueprints have the nodes Send Server Invite and Report Recent Players (MpaAsyncActions.h), and what is marked here.
 */
UCLASS(meta = (DisplayName = "Multiplayer Activity"))
class MPA_API UMpaSubsystem : public UGameInstanceSubsystem
{
	GENERATED_BODY()

public:
	virtual void Initialize(FSubsystemCollectionBase& Collection) override;
	virtual void Deinitialize() override;

	/**
	 * Opens the client with the settings of the project, for servers that set UMpaSettings::Open to ByCode. A client that
	 * is open is closed first, as Close does. What the result says is also written to LogMpa.
	 */
	FMpaResult Open(const FMpaSecrets& Secrets = FMpaSecrets());

	/** Closes the client. Waits for what was submitted, up to UMpaSettings::ShutdownTimeLimitMs. */
	UFUNCTION(BlueprintCallable, Category = "Mpa")
	void Close();

	UFUNCTION(BlueprintPure, Category = "Mpa")
	bool IsOpen() const;

	/** Submits an invite. Returns the number of the operation, or 0 if it was refused, which Completed reports too. */
	int64 SendServerInvite(const FMpaServerInvite& Invite, FMpaCompletedDelegate Completed = FMpaCompletedDelegate());

	/** Submits who met whom. Returns the number of the operation, or 0 if it was refused, which Completed reports too. */
	int64 ReportRecentPlayers(
		const TArray<FMpaRecentPlayerGroup>& Groups, FMpaCompletedDelegate Completed = FMpaCompletedDelegate());

	/** Cancels an operation that was not sent yet. It completes in any case. */
	void Cancel(int64 Operation);

	/** Sets the token for all requests from now on. Operations that waited for one are sent. */
	UFUNCTION(BlueprintCallable, Category = "Mpa")
	FMpaResult SetAuthorization(const FMpaAuthorization& Authorization);

	/**
	 * Another token is needed: obtain one and call SetAuthorization. Called again every 5 s while operations wait for it.
	 * Servers that sign in with a certificate need not handle it.
	 */
	UPROPERTY(BlueprintAssignable, Category = "Mpa")
	FMpaAuthorizationNeededDelegate OnAuthorizationNeeded;

	/** The same, for C++. */
	FMpaAuthorizationNeededNativeDelegate OnAuthorizationNeededNative;

private:
	struct FRefused
	{
		FMpaCompletedDelegate Completed;
		FMpaResult Result;
	};

	bool Tick(float DeltaTime);
	bool ShouldOpen() const;
	void Refuse(const FMpaResult& Result, FMpaCompletedDelegate Completed);
	FMpaResult NotOpen(int32 Count) const;
	void CompleteRefused();
	void Reopen();
	void NotifyAuthorizationNeeded(EMpaAuthorizationReason Reason, const FString& Message);

	/** Shared, so that a delegate can close the client that calls it. */
	TSharedPtr<FMpaClient> Client;
	FString WhyNotOpen;
	TArray<FRefused> Refused;
	FTSTicker::FDelegateHandle Ticker;
	bool bOpenedBySettings = false;
};
