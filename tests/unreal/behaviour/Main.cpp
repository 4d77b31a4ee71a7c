// The plugin's own sources against an emulator of the service, with the stand-ins in place of the engine.
//
//     behaviour URL_OF_THE_EMULATOR URL_THAT_NEVER_ANSWERS FOLDER
//
// The folder is that of the project, for files with secrets. Prints one line for each case; the exit status is 1 if one
// failed. packaging/src/packages/unreal/run.rs calls it, and looks at the requests that arrived for each title.

#include "Support.h"

#include "Containers/Ticker.h"
#include "CoreGlobals.h"
#include "HAL/PlatformTime.h"
#include "Kismet/GameplayStatics.h"
#include "Misc/CommandLine.h"
#include "Misc/Paths.h"
#include "Modules/ModuleManager.h"

#include <chrono>
#include <thread>

FString Emulator;
FString Silent;
std::string Folder;
static int Failures = 0;

void Expect(bool bCondition, const char* Text, const char* File, int Line)
{
	if (bCondition) return;
	std::printf("  %s:%d: not so: %s\n", File, Line, Text);
	++Failures;
}

UMpaSettings& Settings()
{
	return *GetMutableDefault<UMpaSettings>();
}

void ResetSettings(int64 TitleId)
{
	Settings().TitleId = TitleId;
	Settings().Open = EMpaOpen::DedicatedServers;
	Settings().Endpoint = Emulator;
	Settings().AuthorizationFile = FString();
	Settings().CertificatePath = FString();
	Settings().PrivateKeyPath = FString();
	Settings().CertificatePasswordFile = FString();
	Settings().ProxyUrl = FString();
	Settings().ProxyUrlFile = FString();
	Settings().RecentPlayersHoldMs = -1;
	Settings().ShutdownTimeLimitMs = 4000;
	Settings().RequestTimeoutMs = 0;
	Settings().LogLevel = EMpaLogLevel::Warning;
	StandIn::CommandLine = FString();
	StandIn::bIsRunningCommandlet = false;
	StandIn::LogLines().clear();
}

bool WasLogged(ELogVerbosity::Type Verbosity, const char* Part)
{
	for (const StandIn::FLogLine& Line : StandIn::LogLines())
	{
		if (Line.Category == "LogMpa" && Line.Verbosity == Verbosity && Line.Text.find(Part) != std::string::npos) return true;
	}
	return false;
}

FServer::FServer(bool bDedicated) : Instance(bDedicated), Mpa(Instance.StandInStart<UMpaSubsystem>())
{
	StandIn::GameInstanceOfWorld = &Instance;
}

FMpaAuthorization Token()
{
	FMpaAuthorization Authorization;
	Authorization.Header = TEXT("XBL3.0 x=-;secret-token");
	Authorization.ExpiresInMs = 3600000;
	return Authorization;
}

FMpaServerInvite Invite()
{
	FMpaServerInvite Result;
	Result.Sender = TEXT("2814639011617876");
	Result.InvitedUsers = { TEXT("2814613765430389"), TEXT("18446744073709551615") };
	Result.ConnectionString = TEXT("203.0.113.7:7777");
	return Result;
}

TArray<FMpaRecentPlayerGroup> Groups()
{
	FMpaRecentPlayerGroup Group;
	Group.Players = { TEXT("1"), TEXT("2") };
	Group.EncounterType = EMpaEncounterType::Teammate;
	Group.Timestamp = FDateTime::FromUnixTimestamp(1589278272);
	return { Group };
}

bool TickUntil(TFunctionRef<bool()> IsDone)
{
	const double End = FPlatformTime::Seconds() + 20;
	while (!IsDone())
	{
		if (FPlatformTime::Seconds() > End) return false;
		FTSTicker::GetCoreTicker().Tick(0.016f);
		std::this_thread::sleep_for(std::chrono::milliseconds(5));
	}
	return true;
}

void UReceiver::Receive(const FMpaResult& Result)
{
	EXPECT(IsInGameThread());
	++Calls;
	Statuses.Add(Result.Status);
	Last = Result;
}

int UReceiver::Count(EMpaStatus Status) const
{
	int Found = 0;
	for (const EMpaStatus Each : Statuses) Found += Each == Status ? 1 : 0;
	return Found;
}

FMpaCompletedDelegate UReceiver::Delegate()
{
	return FMpaCompletedDelegate::CreateUObject(this, &UReceiver::Receive);
}

FMpaActivitiesDelegate UReceiver::ActivitiesDelegate(TArray<FMpaActivityRecord>& OutFound)
{
	return FMpaActivitiesDelegate::CreateWeakLambda(this, [this, &OutFound](const FMpaResult& Result, const TArray<FMpaActivityRecord>& Records)
	{
		OutFound = Records;
		Receive(Result);
	});
}

int main(int ArgumentCount, char** Arguments)
{
	check(ArgumentCount == 4);
	Emulator = FString(Arguments[1]);
	Silent = FString(Arguments[2]);
	Folder = Arguments[3];
	StandIn::ProjectFolder = FString(Arguments[3]);
	StandIn::Module().StartupModule();

	bool bFailed = false;
	for (const TArray<FCase>& Cases : { CasesOfCalls(), CasesOfActivities(), CasesOfConfiguration(), CasesOfLifetime() })
	{
		for (const FCase& Case : Cases)
		{
			Failures = 0;
			Case.Run();
			std::printf("%s %s\n", Failures == 0 ? "ok" : "FAILED", Case.Name);
			std::fflush(stdout);
			bFailed = bFailed || Failures != 0;
		}
	}
	StandIn::Module().ShutdownModule();
	return bFailed ? 1 : 0;
}
