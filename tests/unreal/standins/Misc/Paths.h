#pragma once

#include "Containers/UnrealString.h"

class FPaths
{
public:
	static FString ProjectDir();
	static FString Combine(const FString& Folder, const TCHAR* Path);
	static FString ConvertRelativePathToFull(const FString& Folder, const FString& Path);
};

namespace StandIn
{
	extern FString ProjectFolder;
}
