// Licensed MIT or Apache-2.0.

#pragma once

#include "CoreMinimal.h"

/** Messages of the plugin, and the log of the library up to UMpaSettings::LogLevel. */
MPA_API DECLARE_LOG_CATEGORY_EXTERN(LogMpa, Log, All);
