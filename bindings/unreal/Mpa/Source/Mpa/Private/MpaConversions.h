// Licensed MIT or Apache-2.0.

#pragma once

#include "CoreMinimal.h"
#include "MpaLibrary.h"
#include "MpaTypes.h"

/** A text in UTF-8, valid as long as this object. */
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
	EMpaPlatform ToPlatform(mpa_platform Platform);
	EMpaJoinRestriction ToJoinRestriction(mpa_join_restriction Restriction);
	EMpaAuthorizationReason ToReason(mpa_authorization_reason Reason);

	/** Count: how many users or groups were passed in. */
	FMpaResult ToResult(const mpa_result& Result, int32 Count);

	/** A result of the plugin itself. Calls no function of the library, which may be missing. */
	FMpaResult MakeResult(
		mpa_status Status, const FString& Message, EMpaResend Resend = EMpaResend::None, int32 Count = 0);

	/** The result of an operation whose completion can no longer be polled: the same as in the other bindings. */
	FMpaResult UnknownEnd(int32 Count, bool bIsInvite, bool bIsMatch);

	/** The refusal of a text that is not a XUID. Name: of the input. Count: how many users or groups were passed in. */
	FMpaResult InvalidXuid(const FString& Name, const FString& Text, int32 Count);

	/** Whether a text can be passed on as it is; else OutRefusal says what is wrong with it. */
	bool CheckText(const TCHAR* Name, const FString& Text, int32 Count, FMpaResult& OutRefusal);

	/** Whether a number is not negative, which would be a large one for the library; else OutRefusal says so. */
	bool CheckNumber(const TCHAR* Name, int64 Number, int32 Count, FMpaResult& OutRefusal);

	/** 0 for a time that is not set. A time before 1970 becomes one that the library refuses. */
	uint64 ToUnixMs(const FDateTime& Time);

	FMpaActivityRecord ToRecord(const mpa_activity_record& Record);

	/** A decimal number from 1 to 2^64 - 1 and nothing else. */
	bool ParseXuid(const FString& Text, FMpaNativeXuid& OutXuid);

	/** OutInvalid: the index of the first text that is not a XUID. */
	bool ParseXuids(const TArray<FString>& Texts, TArray<FMpaNativeXuid>& OutXuids, int32& OutInvalid);
}
