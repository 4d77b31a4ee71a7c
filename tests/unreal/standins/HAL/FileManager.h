#pragma once

#include "CoreTypes.h"

class IFileManager
{
public:
	static IFileManager& Get();
	/** -1: there is none. */
	int64 FileSize(const TCHAR* Path);
};
