// Licensed MIT or Apache-2.0.

#pragma once

#include "CoreMinimal.h"

/** What the plugin does, and the log of the library up to UMpaSettings::LogLevel. */
MPA_API DECLARE_LOG_CATEGORY_EXTERN(LogMpa, Log, All);
