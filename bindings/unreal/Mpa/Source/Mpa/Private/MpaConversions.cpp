// Licensed MIT or Apache-2.0.

#include "MpaConversions.h"

#include "MpaSettings.h"

// These values are passed to the library as numbers.
static_assert(static_cast<int32>(EMpaPlatform::Any) == MPA_PLATFORM_ANY, "platforms");
static_assert(static_cast<int32>(EMpaPlatform::Android) == MPA_PLATFORM_ANDROID, "platforms");
static_assert(static_cast<int32>(EMpaPlatform::IOS) == MPA_PLATFORM_IOS, "platforms");
static_assert(static_cast<int32>(EMpaPlatform::Nintendo) == MPA_PLATFORM_NINTENDO, "platforms");
static_assert(static_cast<int32>(EMpaPlatform::PlayStation) == MPA_PLATFORM_PLAYSTATION, "platforms");
static_assert(static_cast<int32>(EMpaPlatform::Scarlett) == MPA_PLATFORM_SCARLETT, "platforms");
static_assert(static_cast<int32>(EMpaPlatform::Win32) == MPA_PLATFORM_WIN32, "platforms");
static_assert(static_cast<int32>(EMpaPlatform::WindowsOneCore) == MPA_PLATFORM_WINDOWS_ONE_CORE, "platforms");
static_assert(static_cast<int32>(EMpaPlatform::XboxOne) == MPA_PLATFORM_XBOX_ONE, "platforms");
static_assert(static_cast<int32>(EMpaJoinRestriction::Public) == MPA_JOIN_RESTRICTION_PUBLIC, "restrictions");
static_assert(static_cast<int32>(EMpaJoinRestriction::InviteOnly) == MPA_JOIN_RESTRICTION_INVITE_ONLY, "restrictions");
static_assert(static_cast<int32>(EMpaJoinRestriction::Followed) == MPA_JOIN_RESTRICTION_FOLLOWED, "restrictions");
// The library refuses these in input.
static_assert(static_cast<int32>(EMpaPlatform::Unknown) != MPA_PLATFORM_UNKNOWN, "platforms");
static_assert(static_cast<int32>(EMpaJoinRestriction::Unknown) != MPA_JOIN_RESTRICTION_UNKNOWN, "restrictions");
static_assert(static_cast<int32>(EMpaEncounterType::Default) == MPA_ENCOUNTER_DEFAULT, "encounter types");
static_assert(static_cast<int32>(EMpaEncounterType::Teammate) == MPA_ENCOUNTER_TEAMMATE, "encounter types");
static_assert(static_cast<int32>(EMpaEncounterType::Opponent) == MPA_ENCOUNTER_OPPONENT, "encounter types");
static_assert(static_cast<int32>(EMpaLogLevel::Off) == MPA_LOG_OFF, "log levels");
static_assert(static_cast<int32>(EMpaLogLevel::Error) == MPA_LOG_ERROR, "log levels");
static_assert(static_cast<int32>(EMpaLogLevel::Warning) == MPA_LOG_WARNING, "log levels");
static_assert(static_cast<int32>(EMpaLogLevel::Info) == MPA_LOG_INFO, "log levels");
static_assert(static_cast<int32>(EMpaLogLevel::Debug) == MPA_LOG_DEBUG, "log levels");

namespace
{
	struct FStatusName
	{
		mpa_status Native;
		EMpaStatus Status;
		const char* Name;
	};

// clang-format off
#define MPA_STATUS(Native, Status) { Native, EMpaStatus::Status, #Native }
	// clang-format on

	constexpr FStatusName Statuses[] = {
		MPA_STATUS(MPA_OK, Ok),
		MPA_STATUS(MPA_ERROR_INVALID_ARGUMENT, InvalidArgument),
		MPA_STATUS(MPA_ERROR_INVALID_STRUCT, InvalidStruct),
		MPA_STATUS(MPA_ERROR_INVALID_HANDLE, InvalidHandle),
		MPA_STATUS(MPA_ERROR_CLOSED, Closed),
		MPA_STATUS(MPA_ERROR_QUEUE_FULL, QueueFull),
		MPA_STATUS(MPA_ERROR_EVENTS_NOT_POLLED, EventsNotPolled),
		MPA_STATUS(MPA_ERROR_CANCELLED, Cancelled),
		MPA_STATUS(MPA_ERROR_EXPIRED, Expired),
		MPA_STATUS(MPA_ERROR_ABANDONED, Abandoned),
		MPA_STATUS(MPA_ERROR_AUTHORIZATION_NEEDED, AuthorizationNeeded),
		MPA_STATUS(MPA_ERROR_UNAUTHORIZED, Unauthorized),
		MPA_STATUS(MPA_ERROR_FORBIDDEN, Forbidden),
		MPA_STATUS(MPA_ERROR_SIGN_IN_FAILED, SignInFailed),
		MPA_STATUS(MPA_ERROR_SIGN_IN_PENDING, SignInPending),
		MPA_STATUS(MPA_ERROR_REJECTED, Rejected),
		MPA_STATUS(MPA_ERROR_THROTTLED, Throttled),
		MPA_STATUS(MPA_ERROR_SERVICE_UNAVAILABLE, ServiceUnavailable),
		MPA_STATUS(MPA_ERROR_UNEXPECTED_ANSWER, UnexpectedAnswer),
		MPA_STATUS(MPA_ERROR_CONNECTION_FAILED, ConnectionFailed),
		MPA_STATUS(MPA_ERROR_TLS_FAILED, TlsFailed),
		MPA_STATUS(MPA_ERROR_TIMED_OUT, TimedOut),
		MPA_STATUS(MPA_ERROR_UNCERTAIN, Uncertain),
		MPA_STATUS(MPA_ERROR_INTERNAL, Internal),
	};
#undef MPA_STATUS

	const FStatusName* FindStatus(const mpa_status Status)
	{
		for (const FStatusName& Entry : Statuses)
		{
			if (Entry.Native == Status)
			{
				return &Entry;
			}
		}
		return nullptr;
	}

	EMpaResend ToResend(const mpa_resend Resend)
	{
		switch (Resend)
		{
		case MPA_RESEND_LATER:
			return EMpaResend::Later;
		case MPA_RESEND_AFTER_AUTHORIZATION:
			return EMpaResend::AfterAuthorization;
		case MPA_RESEND_AFTER_FIX:
			return EMpaResend::AfterFix;
		case MPA_RESEND_ELSEWHERE:
			return EMpaResend::Elsewhere;
		case MPA_RESEND_NONE:
		default:
			return EMpaResend::None;
		}
	}
}

EMpaStatus MpaConversions::ToStatus(const mpa_status Status)
{
	const FStatusName* Found = FindStatus(Status);
	return Found ? Found->Status : EMpaStatus::Unknown;
}

EMpaPlatform MpaConversions::ToPlatform(const mpa_platform Platform)
{
	const bool bKnown = Platform >= MPA_PLATFORM_ANY && Platform <= MPA_PLATFORM_XBOX_ONE;
	return bKnown ? static_cast<EMpaPlatform>(Platform) : EMpaPlatform::Unknown;
}

EMpaJoinRestriction MpaConversions::ToJoinRestriction(const mpa_join_restriction Restriction)
{
	const bool bKnown = Restriction >= MPA_JOIN_RESTRICTION_PUBLIC && Restriction <= MPA_JOIN_RESTRICTION_FOLLOWED;
	return bKnown ? static_cast<EMpaJoinRestriction>(Restriction) : EMpaJoinRestriction::Unknown;
}

EMpaAuthorizationReason MpaConversions::ToReason(const mpa_authorization_reason Reason)
{
	switch (Reason)
	{
	case MPA_AUTHORIZATION_MISSING:
		return EMpaAuthorizationReason::Missing;
	case MPA_AUTHORIZATION_REFUSED:
		return EMpaAuthorizationReason::Refused;
	case MPA_AUTHORIZATION_EXPIRED:
		return EMpaAuthorizationReason::Expired;
	case MPA_AUTHORIZATION_EXPIRES_SOON:
		return EMpaAuthorizationReason::ExpiresSoon;
	default:
		return EMpaAuthorizationReason::Unknown;
	}
}

FMpaResult MpaConversions::ToResult(const mpa_result& Result, const int32 Count)
{
	FMpaResult Converted;
	Converted.Status = ToStatus(Result.status);
	Converted.Cause = ToStatus(Result.cause);
	Converted.StatusName = UTF8_TO_TCHAR(mpa_status_name(Result.status));
	Converted.Message = UTF8_TO_TCHAR(Result.message);
	Converted.Acknowledged = static_cast<int32>(Result.acknowledged);
	Converted.Uncertain = static_cast<int32>(Result.uncertain);
	Converted.Refused = static_cast<int32>(Result.refused);
	Converted.bRetryable = Result.retryable != 0;
	Converted.RetryAfterMs = static_cast<int32>(Result.retry_after_ms);
	Converted.Attempts = static_cast<int32>(Result.attempts);
	Converted.HttpStatus = static_cast<int32>(Result.http_status);
	Converted.ErrorCode = UTF8_TO_TCHAR(Result.error_code);
	Converted.ServiceCode = static_cast<int64>(Result.service_code);
	Converted.CorrelationId = UTF8_TO_TCHAR(Result.correlation_id);

	mpa_unsent Unsent = MPA_INIT(mpa_unsent);
	if (mpa_result_unsent(&Result, static_cast<uint32>(Count), &Unsent) == MPA_OK)
	{
		Converted.Resend = ToResend(Unsent.resend);
		Converted.ResendFirst = static_cast<int32>(Unsent.first - Unsent.refused_for_now);
		Converted.ResendCount = static_cast<int32>(Unsent.count + Unsent.refused_for_now);
		Converted.ResendDelayMs = static_cast<int32>(Unsent.delay_ms);
	}
	return Converted;
}

FMpaResult MpaConversions::MakeResult(
	const mpa_status Status, const FString& Message, const EMpaResend Resend, const int32 Count)
{
	FMpaResult Result;
	Result.Status = ToStatus(Status);
	if (const FStatusName* Found = FindStatus(Status))
	{
		Result.StatusName = UTF8_TO_TCHAR(Found->Name);
	}
	Result.Message = Message;
	Result.Resend = Resend;
	Result.ResendCount = Resend == EMpaResend::None ? 0 : Count;
	return Result;
}

FMpaResult MpaConversions::UnknownEnd(const int32 Count, const bool bIsInvite, const bool bIsMatch)
{
	mpa_result Native = MPA_INIT(mpa_result);
	Native.status = bIsInvite ? MPA_ERROR_UNCERTAIN : MPA_ERROR_ABANDONED;
	Native.cause = MPA_ERROR_CLOSED;
	// It may have been sent. Recent players and activities may be sent twice.
	Native.uncertain = static_cast<uint32>(Count);
	Native.retryable = bIsInvite || bIsMatch ? 0 : 1;
	FMpaResult Result = ToResult(Native, Count);
	if (bIsMatch)
	{
		Result.Message =
			TEXT("The client was closed before it was known how the reports of the match ended. The library "
				 "does not return their groups.");
	}
	else if (bIsInvite)
	{
		Result.Message = TEXT("The client was closed before it was known how this ended. Do not send it again.");
	}
	else
	{
		Result.Message =
			TEXT("The client was closed before it was known how this ended. Sending it again does no harm.");
	}
	return Result;
}

FMpaResult MpaConversions::InvalidXuid(const FString& Name, const FString& Text, const int32 Count)
{
	// Without the text itself: it may be a XUID with a mistake, and messages are written to logs.
	const TCHAR* Found = Text.IsEmpty() ? TEXT("is empty") : TEXT("is not a XUID");
	return MakeResult(MPA_ERROR_INVALID_ARGUMENT,
		FString::Printf(TEXT("%s %s: pass a decimal number from 1 to 18446744073709551615."), *Name, Found),
		EMpaResend::AfterFix, Count);
}

bool MpaConversions::CheckText(const TCHAR* Name, const FString& Text, const int32 Count, FMpaResult& OutRefusal)
{
	int32 Nul = INDEX_NONE;
	if (!Text.FindChar(TEXT('\0'), Nul))
	{
		return true;
	}
	OutRefusal = MakeResult(MPA_ERROR_INVALID_ARGUMENT,
		FString::Printf(TEXT("%s has a NUL character, and everything after it would be lost: remove it."), Name),
		EMpaResend::AfterFix, Count);
	return false;
}

bool MpaConversions::CheckNumber(const TCHAR* Name, const int64 Number, const int32 Count, FMpaResult& OutRefusal)
{
	if (Number >= 0)
	{
		return true;
	}
	OutRefusal = MakeResult(MPA_ERROR_INVALID_ARGUMENT,
		FString::Printf(TEXT("%s is %lld: pass 0 or a positive number."), Name, Number), EMpaResend::AfterFix, Count);
	return false;
}

uint64 MpaConversions::ToUnixMs(const FDateTime& Time)
{
	return Time.GetTicks() == 0 ? 0 : static_cast<uint64>(Time.ToUnixTimestamp() * 1000);
}

FMpaActivityRecord MpaConversions::ToRecord(const mpa_activity_record& Record)
{
	FMpaActivityRecord Converted;
	Converted.Xuid = FString::Printf(TEXT("%llu"), static_cast<uint64>(Record.xuid));
	Converted.TitleId = Record.title_id;
	Converted.SequenceNumber = static_cast<int64>(Record.sequence_number);
	Converted.JoinRestriction = ToJoinRestriction(Record.join_restriction);
	Converted.Platform = ToPlatform(Record.platform);
	Converted.MaxPlayers = static_cast<int32>(Record.max_players);
	Converted.CurrentPlayers = static_cast<int32>(Record.current_players);
	Converted.ConnectionString = UTF8_TO_TCHAR(Record.connection_string);
	Converted.GroupId = UTF8_TO_TCHAR(Record.group_id);
	return Converted;
}

bool MpaConversions::ParseXuid(const FString& Text, FMpaNativeXuid& OutXuid)
{
	uint64 Xuid = 0;
	for (int32 Index = 0; Index < Text.Len(); ++Index)
	{
		const TCHAR Character = Text[Index];
		if (Character < TEXT('0') || Character > TEXT('9'))
		{
			return false;
		}
		const uint64 Digit = static_cast<uint64>(Character - TEXT('0'));
		if (Xuid > (MAX_uint64 - Digit) / 10)
		{
			return false;
		}
		Xuid = Xuid * 10 + Digit;
	}
	OutXuid = Xuid;
	return Xuid != 0;
}

bool MpaConversions::ParseXuids(const TArray<FString>& Texts, TArray<FMpaNativeXuid>& OutXuids, int32& OutInvalid)
{
	OutXuids.Reset(Texts.Num());
	for (int32 Index = 0; Index < Texts.Num(); ++Index)
	{
		FMpaNativeXuid Xuid = 0;
		if (!ParseXuid(Texts[Index], Xuid))
		{
			OutInvalid = Index;
			return false;
		}
		OutXuids.Add(Xuid);
	}
	return true;
}
