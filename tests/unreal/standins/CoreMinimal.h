#pragma once

#include "CoreTypes.h"

#include "Containers/Array.h"
#include "Containers/Map.h"
#include "Containers/StringConv.h"
#include "Containers/UnrealString.h"
#include "Delegates/Delegate.h"
#include "Logging/LogMacros.h"
#include "Misc/DateTime.h"
#include "Templates/Function.h"
#include "Templates/SharedPointer.h"
#include "UObject/Object.h"

struct FMath
{
	template <typename T>
	static T Max(T Left, T Right) { return Left > Right ? Left : Right; }
};
