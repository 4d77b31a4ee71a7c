// Licensed MIT or Apache-2.0.

#pragma once

#include "Containers/Map.h"
#include "CoreMinimal.h"
#include "MpaLibrary.h"
#include "MpaSubsystem.h"
#include "MpaTypes.h"
#include "Templates/Function.h"

class UMpaSettings;

/** A client of the library, with the delegates of submitted operations. For the game thread. */
class FMpaClient
{
public:
	using FAuthorizationNeeded = TFunction<void(EMpaAuthorizationReason, const FString&)>;

	/** Null if the settings or secrets are wrong: OutResult says why. */
	static TSharedPtr<FMpaClient> Open(const UMpaSettings& Settings, const FMpaSecrets& Secrets,
		FAuthorizationNeeded InAuthorizationNeeded, FMpaResult& OutResult);

	/** Closes at once, without calling the delegates of open operations. */
	~FMpaClient();

	/** Returns the number of the operation; 0 if it was refused, with the reason in OutRefusal. */
	int64 SendServerInvite(
		const FMpaServerInvite& Invite, const FMpaCompletedDelegate& Completed, FMpaResult& OutRefusal);
	int64 ReportRecentPlayerGroups(
		const TArray<FMpaRecentPlayerGroup>& Groups, const FMpaCompletedDelegate& Completed, FMpaResult& OutRefusal);

	int64 ReportRecentPlayersOfUsers(
		const TArray<FMpaUserRecentPlayers>& Users, const FMpaCompletedDelegate& Completed, FMpaResult& OutRefusal);
	int64 SetActivity(const FString& Xuid, const FMpaActivity& Activity, const FMpaCompletedDelegate& Completed,
		FMpaResult& OutRefusal);
	int64 DeleteActivity(
		const FString& Xuid, int64 SequenceNumber, const FMpaCompletedDelegate& Completed, FMpaResult& OutRefusal);
	int64 QueryActivities(
		const TArray<FString>& Xuids, const FMpaActivitiesDelegate& Completed, FMpaResult& OutRefusal);

	FMpaResult OpenMatch(int32 MinimumTogetherMs, FMpaMatch& OutMatch);
	FMpaResult JoinMatch(const FMpaMatch& Match, const FString& Xuid, int32 Team);
	FMpaResult LeaveMatch(const FMpaMatch& Match, const FString& Xuid);
	int64 CloseMatch(const FMpaMatch& Match, const FMpaCompletedDelegate& Completed, FMpaResult& OutRefusal);

	void Cancel(int64 Operation);
	FMpaResult SetAuthorization(const FMpaAuthorization& Authorization);

	/** Calls the delegates of operations that have ended. False if something else has closed the client: see CompleteRest. */
	bool Poll();

	/** Drains, closes, and calls all delegates. Waits up to the time limit, and up to 1 s more for what it aborts. */
	void Close(int32 TimeLimitMs);

	/** Calls the delegates of operations whose completion can no longer be polled: they may have been sent. */
	void CompleteRest();

private:
	struct FPending
	{
		FMpaCompletedDelegate Completed;
		int32 Count = 0;
		bool bIsInvite = false;
		/** The delegate of a query, instead of Completed. */
		FMpaActivitiesDelegate Found;
		/** The handle of a match. */
		uint64 Match = 0;
	};

	FMpaClient(mpa_client InHandle, FAuthorizationNeeded InAuthorizationNeeded);

	int64 Submit(FPending Operation,
		TFunctionRef<mpa_status(uint64 Key, uint64_t* Number, mpa_result* Result)> SubmitNative,
		FMpaResult& OutRefusal);
	void Handle(const mpa_event& Event, const mpa_result& Result);
	TArray<FMpaActivityRecord> ReadActivities(uint64 Operation);
	static void Complete(
		const FPending& Operation, const FMpaResult& Result, const TArray<FMpaActivityRecord>& Records);

	mpa_client Native;
	FAuthorizationNeeded AuthorizationNeeded;
	TMap<uint64, FPending> Pending;
	/** The keys of the open matches. */
	TMap<uint64, uint64> Matches;
	uint64 LastKey = 0;
	bool bClosing = false;
};
