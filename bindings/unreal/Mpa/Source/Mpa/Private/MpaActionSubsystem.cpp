// Licensed MIT or Apache-2.0.

#include "MpaActionSubsystem.h"

#include "Engine/GameInstance.h"
#include "Kismet/GameplayStatics.h"
#include "MpaConversions.h"
#include "MpaLibrary.h"
#include "MpaSubsystem.h"

UMpaSubsystem* MpaActions::FindSubsystem(const UObject* WorldContext)
{
	const UGameInstance* GameInstance = UGameplayStatics::GetGameInstance(WorldContext);
	return GameInstance ? GameInstance->GetSubsystem<UMpaSubsystem>() : nullptr;
}

FMpaResult MpaActions::NoGameInstance(const int32 Count)
{
	return MpaConversions::MakeResult(MPA_ERROR_INVALID_HANDLE,
		TEXT("There is no game instance: call the node from an object that is in a world."), EMpaResend::AfterFix,
		Count);
}
