#pragma once

#include "CoreTypes.h"

/** In steps of 100 ns since the year 1. */
struct FDateTime
{
	FDateTime() = default;
	FDateTime(int64 InTicks) : Ticks(InTicks) {}
	int64 GetTicks() const { return Ticks; }
	int64 ToUnixTimestamp() const { return (Ticks - 621355968000000000) / 10000000; }
	static FDateTime FromUnixTimestamp(int64 Seconds) { return FDateTime(Seconds * 10000000 + 621355968000000000); }

private:
	int64 Ticks = 0;
};
