// Licensed MIT or Apache-2.0.

#pragma once

#include "CoreMinimal.h"
#include "Modules/ModuleInterface.h"

class FMpaModule : public IModuleInterface
{
public:
	/** The owner tag of all clients of this module. */
	static constexpr uint64 OwnerTag = 0x4d70615f556e7265;

	/** Whether the library is loaded, and its version fits the header. */
	static bool IsLibraryUsable();

	virtual void StartupModule() override;
	virtual void ShutdownModule() override;

private:
	static bool bLibraryIsUsable;
};
