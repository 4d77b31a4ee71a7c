#pragma once

#include "Containers/UnrealString.h"

struct FParse
{
	/** What follows Match, up to a space, or to the closing quote. */
	static bool Value(const TCHAR* Stream, const TCHAR* Match, FString& Value, bool bShouldStopOnSeparator = true);
};
