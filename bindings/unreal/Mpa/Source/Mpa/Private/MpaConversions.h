// Licensed MIT or Apache-2.0.

#pragma once

#include "CoreMinimal.h"
#include "MpaLibrary.h"
#include "MpaTypes.h"

/** UTF-8 of a text, for as long as this lives. */
class FMpaUtf8
{
public:
	explicit FMpaUtf8(const FString& Text)
		: Converted(*Text)
		, bEmpty(Text.IsEmpty())
	{
	}

	/** Null for an empty text, so that the field has its default. */
	const char* Get() const { return bEmpty ? nullptr : reinterpret_cast<const char*>(Converted.Get()); }

private:
	FTCHARToUTF8 Converted;
	bool bEmpty;
};

/** The engine's uint64 is another type than that of <stdint.h> on Linux, although of one size. */
using FMpaNativeXuid = uint64_t;

namespace MpaConversions
{
	EMpaStatus ToStatus(mpa_status Status);
	EMpaAuthorizationReason ToReason(mpa_authorization_reason Reason);

	/** Count: how many users or groups were passed in. */
	FMpaResult ToResult(const mpa_result& Result, int32 Count);

	/** A result of the plugin itself. Calls nothing of the library, which may be missing. */
	FMpaResult MakeResult(
		mpa_status Status, const FString& Message, EMpaResend Resend = EMpaResend::None, int32 Count = 0);

	/** A decimal number from 1 to 2^64 - 1 and nothing else. */
	bool ParseXuid(const FString& Text, FMpaNativeXuid& OutXuid);

	/** OutInvalid: the index of the first that is none. */
	bool ParseXuids(const TArray<FString>& Texts, TArray<FMpaNativeXuid>& OutXuids, int32& OutInvalid);
}
