// The code of docs/guides/unreal.md, run as the game of an empty project: guide URL_OF_THE_EMULATOR

#include "Containers/Ticker.h"
#include "CoreMinimal.h"
#include "Engine/GameInstance.h"
#include "FirstInvite.h"
#include "Modules/ModuleManager.h"
#include "MpaSettings.h"
#include "MpaSubsystem.h"

#include <chrono>
#include <thread>

int main(int ArgumentCount, char** Arguments)
{
	check(ArgumentCount == 2);
	GetMutableDefault<UMpaSettings>()->TitleId = 1234567890;
	GetMutableDefault<UMpaSettings>()->Endpoint = FString(Arguments[1]);
	StandIn::Module().StartupModule();
	{
		UGameInstance Game;
		Game.StandInStart<UMpaSubsystem>();
		Game.StandInStart<UFirstInvite>();
		// The line of the plugin, and that of the game.
		for (int Frame = 0; Frame < 2000 && StandIn::LogLines().size() < 2; ++Frame)
		{
			FTSTicker::GetCoreTicker().Tick(0.016f);
			std::this_thread::sleep_for(std::chrono::milliseconds(10));
		}
	}
	StandIn::Module().ShutdownModule();
	for (const StandIn::FLogLine& Line : StandIn::LogLines()) std::printf("%s: %s\n", Line.Category.c_str(), Line.Text.c_str());
	return 0;
}
