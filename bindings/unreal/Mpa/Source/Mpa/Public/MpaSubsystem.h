// Licensed MIT or Apache-2.0.

#pragma once

#include "Containers/Ticker.h"
#include "CoreMinimal.h"
#include "MpaTypes.h"
#include "Subsystems/GameInstanceSubsystem.h"
#include "Templates/Function.h"

#include "MpaSubsystem.generated.h"

class FMpaClient;

/** Called once with the result of an operation, on the game thread, after the call that submitted it has returned. */
DECLARE_DELEGATE_OneParam(FMpaCompletedDelegate, const FMpaResult&);

/** The same for a query, with the activities that were found; if it failed, those for which the service answered. */
DECLARE_DELEGATE_TwoParams(FMpaActivitiesDelegate, const FMpaResult&, const TArray<FMpaActivityRecord>&);

DECLARE_MULTICAST_DELEGATE_TwoParams(FMpaAuthorizationNeededNativeDelegate, EMpaAuthorizationReason, const FString&);
DECLARE_DYNAMIC_MULTICAST_DELEGATE_TwoParams(
	FMpaAuthorizationNeededDelegate, EMpaAuthorizationReason, Reason, const FString&, Message);

/**
 * Invites Xbox players, reports recent players, and sets and queries activities. Each game instance has its own client,
 * which is opened from UMpaSettings.
 *
 * All functions are for the game thread, and none waits for the network, except Close and the end of the game instance:
 * they wait for what was submitted, up to UMpaSettings::ShutdownTimeLimitMs, and up to 1 s more for what that limit
 * aborts. Every operation calls its delegate exactly once, from the ticker of the game thread or when the client is
 * closed. What a delegate submits at the end of the game instance is refused, and its own delegate may not be called. A
 * delegate whose object no longer exists is not called: bind with CreateUObject, CreateWeakLambda or CreateSP.
 *
 * Blueprints have the nodes of MpaAsyncActions.h and MpaActivityActions.h, and the functions that are marked here.
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
	 * is open is closed first, as by Close. The message of the result is also written to LogMpa.
	 */
	FMpaResult Open(const FMpaSecrets& Secrets = FMpaSecrets());

	/**
	 * Closes the client. Waits for what was submitted, up to UMpaSettings::ShutdownTimeLimitMs, and up to 1 s more for
	 * what that limit aborts. When it returns, the delegates of all operations that were submitted have been called.
	 */
	UFUNCTION(BlueprintCallable, Category = "Mpa")
	void Close();

	UFUNCTION(BlueprintPure, Category = "Mpa")
	bool IsOpen() const;

	/** Submits an invite. Returns the number of the operation, or 0 if it was refused, which Completed reports too. */
	int64 SendServerInvite(const FMpaServerInvite& Invite, FMpaCompletedDelegate Completed = FMpaCompletedDelegate());

	/** Submits who met whom. Returns the same as SendServerInvite. */
	int64 ReportRecentPlayerGroups(
		const TArray<FMpaRecentPlayerGroup>& Groups, FMpaCompletedDelegate Completed = FMpaCompletedDelegate());

	/**
	 * Submits for each of many players whom that player met. For reports whose type or time differs from pair to pair;
	 * ReportRecentPlayerGroups needs less input for others. Returns the same as SendServerInvite.
	 */
	int64 ReportRecentPlayersOfUsers(
		const TArray<FMpaUserRecentPlayers>& Users, FMpaCompletedDelegate Completed = FMpaCompletedDelegate());

	/** Submits what a player plays. It replaces the player's activity in this title. Returns the same as SendServerInvite. */
	int64 SetActivity(
		const FString& Xuid, const FMpaActivity& Activity, FMpaCompletedDelegate Completed = FMpaCompletedDelegate());

	/** Submits that an activity is deleted. SequenceNumber: as in FMpaActivity. Returns the same as SendServerInvite. */
	int64 DeleteActivity(
		const FString& Xuid, int64 SequenceNumber = 0, FMpaCompletedDelegate Completed = FMpaCompletedDelegate());

	/** Submits a query of what players play, in any title: 1 to 10,000 XUIDs. Returns the same as SendServerInvite. */
	int64 QueryActivities(const TArray<FString>& Xuids, FMpaActivitiesDelegate Completed);

	/**
	 * Opens a match: every two players who are in it at the same time are reported as having met, and no others.
	 * MinimumTogetherMs: how long two players have to be in it together, at most 24 hours. 0: any overlap counts. A match
	 * that is open when the client is closed is reported then. If it fails, OutMatch is no match, and further calls with it
	 * are refused.
	 */
	UFUNCTION(BlueprintCallable, Category = "Mpa")
	FMpaResult OpenMatch(FMpaMatch& OutMatch, int32 MinimumTogetherMs = 0);

	/**
	 * A player joins a match. Team: a number of your own for the player's team; 0: none. Players of one team are reported
	 * as teammates, those of different teams as opponents. A player who is in the match already is refused.
	 */
	UFUNCTION(BlueprintCallable, Category = "Mpa")
	FMpaResult JoinMatch(const FMpaMatch& Match, const FString& Xuid, int32 Team = 0);

	/**
	 * A player leaves a match. A player who is not in it is refused. QueueFull and EventsNotPolled: the player has left,
	 * but what was to be reported is lost.
	 */
	UFUNCTION(BlueprintCallable, Category = "Mpa")
	FMpaResult LeaveMatch(const FMpaMatch& Match, const FString& Xuid);

	/**
	 * Closes a match: all players leave. Completed is called when all reports of the match have ended. Returns the same as
	 * SendServerInvite.
	 */
	int64 CloseMatch(const FMpaMatch& Match, FMpaCompletedDelegate Completed = FMpaCompletedDelegate());

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
		FMpaActivitiesDelegate Found;
		FMpaResult Result;
	};

	bool Tick(float DeltaTime);
	bool ShouldOpen() const;
	int64 Submit(int32 Count, FMpaCompletedDelegate Completed, FMpaActivitiesDelegate Found,
		TFunctionRef<int64(FMpaClient& Open, FMpaResult& OutRefusal)> SubmitToClient);
	int64 Submit(int32 Count, FMpaCompletedDelegate Completed,
		TFunctionRef<int64(FMpaClient& Open, FMpaResult& OutRefusal)> SubmitToClient);
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
