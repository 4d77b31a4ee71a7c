// Licensed MIT or Apache-2.0.

#include "MpaClient.h"

#include "HAL/PlatformTime.h"
#include "MpaConfig.h"
#include "MpaConversions.h"
#include "MpaLog.h"

namespace
{
	/** How long one wait for an event lasts at most while the client is drained. */
	constexpr uint32 WaitMs = 50;

	/** What the time limit aborts is reported while events are polled, so they are polled a little longer. */
	constexpr double AbortSeconds = 1.0;

	FMpaResult InvalidXuid(const FString& Name, const FString& Text, const int32 Count)
	{
		// Without the text itself: it may be a XUID with a mistake, and messages are written to logs.
		const TCHAR* Found = Text.IsEmpty() ? TEXT("is empty") : TEXT("is not a XUID");
		return MpaConversions::MakeResult(MPA_ERROR_INVALID_ARGUMENT,
			FString::Printf(TEXT("%s %s: pass a decimal number from 1 to 18446744073709551615."), *Name, Found),
			EMpaResend::AfterFix, Count);
	}

	void Log(const uint64 Level, const char* Message)
	{
		switch (Level)
		{
		case MPA_LOG_ERROR:
			UE_LOG(LogMpa, Error, TEXT("%s"), UTF8_TO_TCHAR(Message));
			break;
		case MPA_LOG_WARNING:
			UE_LOG(LogMpa, Warning, TEXT("%s"), UTF8_TO_TCHAR(Message));
			break;
		case MPA_LOG_INFO:
			UE_LOG(LogMpa, Log, TEXT("%s"), UTF8_TO_TCHAR(Message));
			break;
		default:
			UE_LOG(LogMpa, Verbose, TEXT("%s"), UTF8_TO_TCHAR(Message));
			break;
		}
	}
}

TSharedPtr<FMpaClient> FMpaClient::Open(const UMpaSettings& Settings, const FMpaSecrets& Secrets,
	FAuthorizationNeeded InAuthorizationNeeded, FMpaResult& OutResult)
{
	const FMpaConfig Config(Settings, Secrets);
	if (!Config.IsValid())
	{
		OutResult = MpaConversions::MakeResult(MPA_ERROR_INVALID_ARGUMENT, Config.GetError(), EMpaResend::AfterFix);
		return nullptr;
	}
	mpa_client Opened = mpa_client();
	mpa_result Result = MPA_INIT(mpa_result);
	const mpa_status Status = mpa_client_open(Config.Get(), &Opened, &Result);
	OutResult = MpaConversions::ToResult(Result, 0);
	if (Status != MPA_OK)
	{
		return nullptr;
	}
	return MakeShareable(new FMpaClient(Opened, MoveTemp(InAuthorizationNeeded)));
}

FMpaClient::FMpaClient(const mpa_client InHandle, FAuthorizationNeeded InAuthorizationNeeded)
	: Native(InHandle)
	, AuthorizationNeeded(MoveTemp(InAuthorizationNeeded))
{
}

FMpaClient::~FMpaClient()
{
	if (Native.id != 0)
	{
		mpa_client_close(Native, 0, nullptr);
	}
}

int64 FMpaClient::SendServerInvite(
	const FMpaServerInvite& Invite, const FMpaCompletedDelegate& Completed, FMpaResult& OutRefusal)
{
	const int32 Count = Invite.InvitedUsers.Num();
	mpa_server_invite NativeInvite = MPA_INIT(mpa_server_invite);
	if (!MpaConversions::ParseXuid(Invite.Sender, NativeInvite.sender))
	{
		OutRefusal = InvalidXuid(TEXT("Sender"), Invite.Sender, Count);
		return 0;
	}
	TArray<FMpaNativeXuid> Users;
	int32 Invalid = 0;
	if (!MpaConversions::ParseXuids(Invite.InvitedUsers, Users, Invalid))
	{
		OutRefusal =
			InvalidXuid(FString::Printf(TEXT("InvitedUsers[%d]"), Invalid), Invite.InvitedUsers[Invalid], Count);
		return 0;
	}
	int32 Nul = INDEX_NONE;
	if (Invite.ConnectionString.FindChar(TEXT('\0'), Nul))
	{
		OutRefusal = MpaConversions::MakeResult(MPA_ERROR_INVALID_ARGUMENT,
			TEXT("ConnectionString has a NUL character: it would be cut off there, so remove it."),
			EMpaResend::AfterFix, Count);
		return 0;
	}
	const FMpaUtf8 ConnectionString(Invite.ConnectionString);
	NativeInvite.invited_users = Users.GetData();
	NativeInvite.invited_user_count = static_cast<uint32>(Count);
	NativeInvite.connection_string = ConnectionString.Get();
	NativeInvite.platform = static_cast<mpa_platform>(Invite.Platform);
	NativeInvite.time_to_live_ms = static_cast<uint32>(Invite.TimeToLiveMs);
	return Submit(
		{ Completed, Count, true },
		[this, &NativeInvite](const uint64 Key, uint64_t* Number, mpa_result* Result)
		{
			return mpa_submit_server_invite(Native, &NativeInvite, Key, Number, Result);
		},
		OutRefusal);
}

int64 FMpaClient::ReportRecentPlayers(
	const TArray<FMpaRecentPlayerGroup>& Groups, const FMpaCompletedDelegate& Completed, FMpaResult& OutRefusal)
{
	const int32 Count = Groups.Num();
	TArray<mpa_recent_player_group> NativeGroups;
	TArray<TArray<FMpaNativeXuid>> Players;
	NativeGroups.Reserve(Count);
	Players.SetNum(Count);
	for (int32 Index = 0; Index < Count; ++Index)
	{
		const FMpaRecentPlayerGroup& Group = Groups[Index];
		int32 Invalid = 0;
		if (!MpaConversions::ParseXuids(Group.Players, Players[Index], Invalid))
		{
			OutRefusal = InvalidXuid(
				FString::Printf(TEXT("Groups[%d].Players[%d]"), Index, Invalid), Group.Players[Invalid], Count);
			return 0;
		}
		mpa_recent_player_group Added = MPA_INIT(mpa_recent_player_group);
		Added.players = Players[Index].GetData();
		Added.player_count = static_cast<uint32>(Players[Index].Num());
		Added.encounter_type = static_cast<mpa_encounter_type>(Group.EncounterType);
		if (Group.Timestamp.GetTicks() != 0)
		{
			// A time before 1970 becomes one that the library refuses.
			Added.timestamp_unix_ms = static_cast<uint64>(Group.Timestamp.ToUnixTimestamp() * 1000);
		}
		NativeGroups.Add(Added);
	}
	return Submit(
		{ Completed, Count, false },
		[this, &NativeGroups, Count](const uint64 Key, uint64_t* Number, mpa_result* Result)
		{
			return mpa_submit_recent_player_groups(
				Native, NativeGroups.GetData(), static_cast<uint32>(Count), Key, Number, Result);
		},
		OutRefusal);
}

int64 FMpaClient::Submit(FPending Operation,
	const TFunctionRef<mpa_status(uint64 Key, uint64_t* Number, mpa_result* Result)> SubmitNative,
	FMpaResult& OutRefusal)
{
	uint64_t Number = 0;
	mpa_result Result = MPA_INIT(mpa_result);
	if (SubmitNative(LastKey + 1, &Number, &Result) != MPA_OK)
	{
		OutRefusal = MpaConversions::ToResult(Result, Operation.Count);
		return 0;
	}
	// Its event is polled on this thread, so not before this.
	Pending.Add(++LastKey, MoveTemp(Operation));
	return static_cast<int64>(Number);
}

void FMpaClient::Cancel(const int64 Operation)
{
	mpa_cancel(Native, static_cast<uint64>(Operation), nullptr);
}

FMpaResult FMpaClient::SetAuthorization(const FMpaAuthorization& Authorization)
{
	const FMpaNativeAuthorization NativeAuthorization(Authorization);
	mpa_result Result = MPA_INIT(mpa_result);
	mpa_client_set_authorization(Native, NativeAuthorization.Get(), &Result);
	return MpaConversions::ToResult(Result, 0);
}

bool FMpaClient::Poll()
{
	mpa_event Event = MPA_INIT(mpa_event);
	mpa_result Result = MPA_INIT(mpa_result);
	while (mpa_poll_event(Native, &Event, &Result) != 0)
	{
		Handle(Event, Result);
	}
	// A delegate may have closed it, too.
	return Native.id == 0 || Result.status != MPA_ERROR_INVALID_HANDLE;
}

void FMpaClient::Handle(const mpa_event& Event, const mpa_result& Result)
{
	switch (Event.type)
	{
	case MPA_EVENT_COMPLETED:
	{
		FPending Operation;
		if (Pending.RemoveAndCopyValue(Event.user_data, Operation))
		{
			Operation.Completed.ExecuteIfBound(MpaConversions::ToResult(Result, Operation.Count));
		}
		break;
	}
	case MPA_EVENT_AUTHORIZATION_NEEDED:
		AuthorizationNeeded(MpaConversions::ToReason(Event.reason), UTF8_TO_TCHAR(Result.message));
		break;
	case MPA_EVENT_LOG:
		Log(Event.user_data, Result.message);
		break;
	default:
		// The end of draining, or of a newer library.
		break;
	}
}

void FMpaClient::Close(const int32 TimeLimitMs)
{
	if (Native.id == 0 || bClosing)
	{
		return;
	}
	bClosing = true;
	const uint32 LimitMs = static_cast<uint32>(FMath::Max(TimeLimitMs, 0));
	if (Pending.Num() > 0 && LimitMs > 0)
	{
		mpa_client_drain(Native, LimitMs, nullptr);
		const double Latest = FPlatformTime::Seconds() + LimitMs / 1000.0 + AbortSeconds;
		mpa_event Event = MPA_INIT(mpa_event);
		mpa_result Result = MPA_INIT(mpa_result);
		while (Pending.Num() > 0 && FPlatformTime::Seconds() < Latest &&
			mpa_wait_event(Native, WaitMs, &Event, &Result) == MPA_OK)
		{
			Handle(Event, Result);
		}
	}
	mpa_client_close(Native, 0, nullptr);
	Native = mpa_client();
	CompleteRest();
}

void FMpaClient::CompleteRest()
{
	TMap<uint64, FPending> Rest = MoveTemp(Pending);
	Pending.Reset();
	for (TPair<uint64, FPending>& Entry : Rest)
	{
		// It may have been sent. Sending recent players twice does no harm.
		const FPending& Operation = Entry.Value;
		FMpaResult Result = Operation.bIsInvite
			? MpaConversions::MakeResult(MPA_ERROR_UNCERTAIN,
				  TEXT("The client was closed before it was known how this ended. Do not send it again."))
			: MpaConversions::MakeResult(MPA_ERROR_ABANDONED,
				  TEXT("The client was closed before it was known how this ended. Sending it again does no harm."),
				  EMpaResend::Elsewhere, Operation.Count);
		Result.Cause = EMpaStatus::Closed;
		Result.Uncertain = Operation.Count;
		Operation.Completed.ExecuteIfBound(Result);
	}
}
