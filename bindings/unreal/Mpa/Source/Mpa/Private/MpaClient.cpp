// Licensed MIT or Apache-2.0.

#include "MpaClient.h"

#include "HAL/PlatformTime.h"
#include "MpaConfig.h"
#include "MpaConversions.h"
#include "MpaLog.h"
#include "MpaRecentPlayers.h"

namespace
{
	/** The longest wait for one event while the client is drained. */
	constexpr uint32 WaitMs = 50;

	/** How long to wait, after the time limit, for the completions of what it aborts: normally they take milliseconds. */
	constexpr double AbortSeconds = 1.0;

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
		OutRefusal = MpaConversions::InvalidXuid(TEXT("Sender"), Invite.Sender, Count);
		return 0;
	}
	TArray<FMpaNativeXuid> Users;
	int32 Invalid = 0;
	if (!MpaConversions::ParseXuids(Invite.InvitedUsers, Users, Invalid))
	{
		OutRefusal = MpaConversions::InvalidXuid(
			FString::Printf(TEXT("InvitedUsers[%d]"), Invalid), Invite.InvitedUsers[Invalid], Count);
		return 0;
	}
	if (!MpaConversions::CheckText(TEXT("ConnectionString"), Invite.ConnectionString, Count, OutRefusal) ||
		!MpaConversions::CheckNumber(TEXT("TimeToLiveMs"), Invite.TimeToLiveMs, Count, OutRefusal))
	{
		return 0;
	}
	const FMpaUtf8 ConnectionString(Invite.ConnectionString);
	NativeInvite.invited_users = Users.GetData();
	NativeInvite.invited_user_count = static_cast<uint32>(Count);
	NativeInvite.connection_string = ConnectionString.Get();
	NativeInvite.platform = static_cast<mpa_platform>(Invite.Platform);
	NativeInvite.time_to_live_ms = static_cast<uint32>(Invite.TimeToLiveMs);
	return Submit(
		{ Completed, Count, true, FMpaActivitiesDelegate(), 0 },
		[this, &NativeInvite](const uint64 Key, uint64_t* Number, mpa_result* Result)
		{
			return mpa_submit_server_invite(Native, &NativeInvite, Key, Number, Result);
		},
		OutRefusal);
}

int64 FMpaClient::ReportRecentPlayerGroups(
	const TArray<FMpaRecentPlayerGroup>& Groups, const FMpaCompletedDelegate& Completed, FMpaResult& OutRefusal)
{
	FMpaNativeGroups NativeGroups;
	if (!NativeGroups.Convert(Groups, OutRefusal))
	{
		return 0;
	}
	return Submit(
		{ Completed, Groups.Num(), false, FMpaActivitiesDelegate(), 0 },
		[this, &NativeGroups](const uint64 Key, uint64_t* Number, mpa_result* Result)
		{
			return mpa_submit_recent_player_groups(
				Native, NativeGroups.GetData(), NativeGroups.Num(), Key, Number, Result);
		},
		OutRefusal);
}

int64 FMpaClient::ReportRecentPlayersOfUsers(
	const TArray<FMpaUserRecentPlayers>& Users, const FMpaCompletedDelegate& Completed, FMpaResult& OutRefusal)
{
	FMpaNativeUsers NativeUsers;
	if (!NativeUsers.Convert(Users, OutRefusal))
	{
		return 0;
	}
	return Submit(
		{ Completed, Users.Num(), false, FMpaActivitiesDelegate(), 0 },
		[this, &NativeUsers](const uint64 Key, uint64_t* Number, mpa_result* Result)
		{
			return mpa_submit_server_recent_players(
				Native, NativeUsers.GetData(), NativeUsers.Num(), Key, Number, Result);
		},
		OutRefusal);
}

int64 FMpaClient::SetActivity(
	const FString& Xuid, const FMpaActivity& Activity, const FMpaCompletedDelegate& Completed, FMpaResult& OutRefusal)
{
	FMpaNativeXuid NativeXuid = 0;
	if (!MpaConversions::ParseXuid(Xuid, NativeXuid))
	{
		OutRefusal = MpaConversions::InvalidXuid(TEXT("Xuid"), Xuid, 1);
		return 0;
	}
	if (!MpaConversions::CheckText(TEXT("ConnectionString"), Activity.ConnectionString, 1, OutRefusal) ||
		!MpaConversions::CheckText(TEXT("GroupId"), Activity.GroupId, 1, OutRefusal) ||
		!MpaConversions::CheckNumber(TEXT("MaxPlayers"), Activity.MaxPlayers, 1, OutRefusal) ||
		!MpaConversions::CheckNumber(TEXT("CurrentPlayers"), Activity.CurrentPlayers, 1, OutRefusal) ||
		!MpaConversions::CheckNumber(TEXT("TimeToLiveMs"), Activity.TimeToLiveMs, 1, OutRefusal) ||
		!MpaConversions::CheckNumber(TEXT("SequenceNumber"), Activity.SequenceNumber, 1, OutRefusal))
	{
		return 0;
	}
	const FMpaUtf8 ConnectionString(Activity.ConnectionString);
	const FMpaUtf8 GroupId(Activity.GroupId);
	mpa_activity NativeActivity = MPA_INIT(mpa_activity);
	NativeActivity.connection_string = ConnectionString.Get() ? ConnectionString.Get() : "";
	NativeActivity.group_id = GroupId.Get();
	NativeActivity.join_restriction = static_cast<mpa_join_restriction>(Activity.JoinRestriction);
	NativeActivity.max_players = static_cast<uint32>(Activity.MaxPlayers);
	NativeActivity.current_players = static_cast<uint32>(Activity.CurrentPlayers);
	NativeActivity.platform = static_cast<mpa_platform>(Activity.Platform);
	NativeActivity.time_to_live_ms = static_cast<uint32>(Activity.TimeToLiveMs);
	NativeActivity.sequence_number = static_cast<uint64>(Activity.SequenceNumber);
	return Submit(
		{ Completed, 1, false, FMpaActivitiesDelegate(), 0 },
		[this, NativeXuid, &NativeActivity](const uint64 Key, uint64_t* Number, mpa_result* Result)
		{
			return mpa_submit_set_activity(Native, NativeXuid, &NativeActivity, Key, Number, Result);
		},
		OutRefusal);
}

int64 FMpaClient::DeleteActivity(
	const FString& Xuid, const int64 SequenceNumber, const FMpaCompletedDelegate& Completed, FMpaResult& OutRefusal)
{
	FMpaNativeXuid NativeXuid = 0;
	if (!MpaConversions::ParseXuid(Xuid, NativeXuid))
	{
		OutRefusal = MpaConversions::InvalidXuid(TEXT("Xuid"), Xuid, 1);
		return 0;
	}
	if (!MpaConversions::CheckNumber(TEXT("SequenceNumber"), SequenceNumber, 1, OutRefusal))
	{
		return 0;
	}
	return Submit(
		{ Completed, 1, false, FMpaActivitiesDelegate(), 0 },
		[this, NativeXuid, SequenceNumber](const uint64 Key, uint64_t* Number, mpa_result* Result)
		{
			return mpa_submit_delete_activity(
				Native, NativeXuid, static_cast<uint64>(SequenceNumber), nullptr, Key, Number, Result);
		},
		OutRefusal);
}

int64 FMpaClient::QueryActivities(
	const TArray<FString>& Xuids, const FMpaActivitiesDelegate& Completed, FMpaResult& OutRefusal)
{
	const int32 Count = Xuids.Num();
	TArray<FMpaNativeXuid> Users;
	int32 Invalid = 0;
	if (!MpaConversions::ParseXuids(Xuids, Users, Invalid))
	{
		OutRefusal = MpaConversions::InvalidXuid(FString::Printf(TEXT("Xuids[%d]"), Invalid), Xuids[Invalid], Count);
		return 0;
	}
	return Submit(
		{ FMpaCompletedDelegate(), Count, false, Completed, 0 },
		[this, &Users, Count](const uint64 Key, uint64_t* Number, mpa_result* Result)
		{
			return mpa_submit_query_activities(
				Native, Users.GetData(), static_cast<uint32>(Count), nullptr, Key, Number, Result);
		},
		OutRefusal);
}

/** The result of a query: available until the next event is polled. */
TArray<FMpaActivityRecord> FMpaClient::ReadActivities(const uint64 Operation)
{
	TArray<FMpaActivityRecord> Records;
	uint32_t Total = 0;
	if (mpa_read_activities(Native, Operation, nullptr, 0, &Total, nullptr) != MPA_OK || Total == 0)
	{
		return Records;
	}
	TArray<mpa_activity_record> NativeRecords;
	NativeRecords.SetNum(static_cast<int32>(Total));
	NativeRecords[0].struct_size = sizeof(mpa_activity_record);
	mpa_read_activities(Native, Operation, NativeRecords.GetData(), Total, &Total, nullptr);
	Records.Reserve(NativeRecords.Num());
	for (const mpa_activity_record& Record : NativeRecords)
	{
		Records.Add(MpaConversions::ToRecord(Record));
	}
	return Records;
}

FMpaResult FMpaClient::OpenMatch(const int32 MinimumTogetherMs, FMpaMatch& OutMatch)
{
	FMpaResult Refusal;
	if (!MpaConversions::CheckNumber(TEXT("MinimumTogetherMs"), MinimumTogetherMs, 0, Refusal))
	{
		return Refusal;
	}
	mpa_match_config Config = MPA_INIT(mpa_match_config);
	Config.minimum_together_ms = static_cast<uint32>(MinimumTogetherMs);
	// If the end of the client closes the match, its completion has this number too.
	Config.user_data = LastKey + 1;
	mpa_match Opened = mpa_match();
	mpa_result Result = MPA_INIT(mpa_result);
	if (mpa_match_open(Native, &Config, &Opened, &Result) == MPA_OK)
	{
		// Close waits for its reports.
		Pending.Add(++LastKey, { FMpaCompletedDelegate(), 0, false, FMpaActivitiesDelegate(), Opened.id });
		Matches.Add(Opened.id, LastKey);
	}
	OutMatch.Id = static_cast<int64>(Opened.id);
	return MpaConversions::ToResult(Result, 0);
}

FMpaResult FMpaClient::JoinMatch(const FMpaMatch& Match, const FString& Xuid, const int32 Team)
{
	FMpaNativeXuid NativeXuid = 0;
	if (!MpaConversions::ParseXuid(Xuid, NativeXuid))
	{
		return MpaConversions::InvalidXuid(TEXT("Xuid"), Xuid, 0);
	}
	mpa_result Result = MPA_INIT(mpa_result);
	mpa_match_join({ static_cast<uint64>(Match.Id) }, NativeXuid, static_cast<uint32>(Team), &Result);
	return MpaConversions::ToResult(Result, 0);
}

FMpaResult FMpaClient::LeaveMatch(const FMpaMatch& Match, const FString& Xuid)
{
	FMpaNativeXuid NativeXuid = 0;
	if (!MpaConversions::ParseXuid(Xuid, NativeXuid))
	{
		return MpaConversions::InvalidXuid(TEXT("Xuid"), Xuid, 0);
	}
	mpa_result Result = MPA_INIT(mpa_result);
	mpa_match_leave({ static_cast<uint64>(Match.Id) }, NativeXuid, &Result);
	return MpaConversions::ToResult(Result, 0);
}

int64 FMpaClient::CloseMatch(const FMpaMatch& Match, const FMpaCompletedDelegate& Completed, FMpaResult& OutRefusal)
{
	const uint64* Key = Matches.Find(static_cast<uint64>(Match.Id));
	FPending* Operation = Key ? Pending.Find(*Key) : nullptr;
	uint64_t Number = 0;
	mpa_result Result = MPA_INIT(mpa_result);
	// The library refuses a match that is not open.
	const mpa_match NativeMatch = { Operation ? static_cast<uint64>(Match.Id) : 0 };
	if (mpa_match_close(NativeMatch, Operation ? *Key : 0, &Number, &Result) != MPA_OK)
	{
		OutRefusal = MpaConversions::ToResult(Result, 0);
		return 0;
	}
	Operation->Completed = Completed;
	return static_cast<int64>(Number);
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
	// Its event is polled on this thread, so it cannot come earlier.
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
			Matches.Remove(Operation.Match);
			TArray<FMpaActivityRecord> Records;
			if (Operation.Found.IsBound())
			{
				// Before the delegate, which may poll the next event by closing the client.
				Records = ReadActivities(Event.operation);
			}
			Complete(Operation, MpaConversions::ToResult(Result, Operation.Count), Records);
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
		// The end of draining, or an event of a newer library.
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
	if (Pending.Num() > 0)
	{
		// Also if the limit is 0: the completions say what was sent and what was not.
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
	Matches.Reset();
	for (const TPair<uint64, FPending>& Entry : Rest)
	{
		const FPending& Operation = Entry.Value;
		const FMpaResult Result =
			MpaConversions::UnknownEnd(Operation.Count, Operation.bIsInvite, Operation.Match != 0);
		Complete(Operation, Result, TArray<FMpaActivityRecord>());
	}
}

void FMpaClient::Complete(
	const FPending& Operation, const FMpaResult& Result, const TArray<FMpaActivityRecord>& Records)
{
	Operation.Completed.ExecuteIfBound(Result);
	Operation.Found.ExecuteIfBound(Result, Records);
}
