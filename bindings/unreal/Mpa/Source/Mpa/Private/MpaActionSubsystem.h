// Licensed MIT or Apache-2.0.

#pragma once

#include "CoreMinimal.h"
#include "MpaTypes.h"

class UMpaSubsystem;

/** What the nodes of Blueprints share. */
namespace MpaActions
{
	/** The subsystem of the game instance. Null if there is no game instance. */
	UMpaSubsystem* FindSubsystem(const UObject* WorldContext);

	/** The result of a node without a game instance. Count: how many users or groups were passed in. */
	FMpaResult NoGameInstance(int32 Count);
}
