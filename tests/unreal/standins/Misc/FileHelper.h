#pragma once

#include "Containers/UnrealString.h"

struct FFileHelper
{
	static bool LoadFileToString(FString& Result, const TCHAR* Path);
};
