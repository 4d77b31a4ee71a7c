// Licensed MIT or Apache-2.0.

#pragma once

#include "CoreMinimal.h"
#include "MpaTypes.h"

class UMpaSubsystem;

/** What the nodes of Blueprints share. */
namespace MpaActions
{
	/** That of the game instance. Null where there is none. */
	UMpaSubsystem* FindSubsystem(const UObject* WorldContext);

	/** What a node fails with then. Count: how many users or groups were passed in. */
	FMpaResult NoGameInstance(int32 Count);
}
