// What the cases share.

#pragma once

#include "CoreMinimal.h"
#include "Engine/GameInstance.h"
#include "MpaSettings.h"
#include "MpaSubsystem.h"

#include <string>

/** A case prints what is not as it should be, and counts it. */
struct FCase
{
	const char* Name;
	void (*Run)();
};

TArray<FCase> CasesOfActivities();
TArray<FCase> CasesOfCalls();
TArray<FCase> CasesOfConfiguration();
TArray<FCase> CasesOfLifetime();

#define EXPECT(Condition) Expect((Condition), #Condition, __FILE__, __LINE__)
void Expect(bool bCondition, const char* Text, const char* File, int Line);

/** What the program is called with. */
extern FString Emulator;
extern FString Silent;
extern std::string Folder;

/** The settings of the project. */
UMpaSettings& Settings();

/** Those that most cases begin with. Each case has a title of its own, so that its requests can be distinguished. */
void ResetSettings(int64 TitleId);

bool WasLogged(ELogVerbosity::Type Verbosity, const char* Part);

/** A game instance, of a dedicated server if nothing else is said, with the subsystem. */
struct FServer
{
	explicit FServer(bool bDedicated = true);
	UGameInstance Instance;
	UMpaSubsystem* Mpa;
};

FMpaAuthorization Token();
FMpaServerInvite Invite();
TArray<FMpaRecentPlayerGroup> Groups();

/** Ticks as a game does, until a condition holds. False if that takes too long. */
bool TickUntil(TFunctionRef<bool()> IsDone);

/** Counts and keeps what its delegate is called with. */
class UReceiver : public UObject
{
public:
	void Receive(const FMpaResult& Result);
	FMpaCompletedDelegate Delegate();
	/** Keeps what a query has found too, where that stays. */
	FMpaActivitiesDelegate ActivitiesDelegate(TArray<FMpaActivityRecord>& OutFound);
	int Count(EMpaStatus Status) const;

	int Calls = 0;
	TArray<EMpaStatus> Statuses;
	FMpaResult Last;
};
