#pragma once

#include "Containers/UnrealString.h"

struct FCommandLine
{
	static const TCHAR* Get();
};

namespace StandIn
{
	extern FString CommandLine;
}
