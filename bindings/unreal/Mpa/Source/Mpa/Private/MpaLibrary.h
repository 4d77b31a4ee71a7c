// Licensed MIT or Apache-2.0.

#pragma once

#include "CoreMinimal.h"

// MPA_API is what UnrealBuildTool calls the export macro of this module, and mpa.h has a macro of that name.
#pragma push_macro("MPA_API")
#undef MPA_API
THIRD_PARTY_INCLUDES_START
#include "mpa.h"
THIRD_PARTY_INCLUDES_END
#pragma pop_macro("MPA_API")
