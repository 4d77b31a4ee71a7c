// Licensed MIT or Apache-2.0.

#include "MpaRecentPlayers.h"

bool FMpaNativeGroups::Convert(const TArray<FMpaRecentPlayerGroup>& Groups, FMpaResult& OutRefusal)
{
	const int32 Count = Groups.Num();
	NativeGroups.Reserve(Count);
	Players.SetNum(Count);
	for (int32 Index = 0; Index < Count; ++Index)
	{
		const FMpaRecentPlayerGroup& Group = Groups[Index];
		int32 Invalid = 0;
		if (!MpaConversions::ParseXuids(Group.Players, Players[Index], Invalid))
		{
			OutRefusal = MpaConversions::InvalidXuid(
				FString::Printf(TEXT("Groups[%d].Players[%d]"), Index, Invalid), Group.Players[Invalid], Count);
			return false;
		}
		mpa_recent_player_group Added = MPA_INIT(mpa_recent_player_group);
		Added.players = Players[Index].GetData();
		Added.player_count = static_cast<uint32>(Players[Index].Num());
		Added.encounter_type = static_cast<mpa_encounter_type>(Group.EncounterType);
		Added.timestamp_unix_ms = MpaConversions::ToUnixMs(Group.Timestamp);
		NativeGroups.Add(Added);
	}
	return true;
}

bool FMpaNativeUsers::Convert(const TArray<FMpaUserRecentPlayers>& Users, FMpaResult& OutRefusal)
{
	const int32 Count = Users.Num();
	NativeUsers.Reserve(Count);
	Players.SetNum(Count);
	for (int32 Index = 0; Index < Count; ++Index)
	{
		const FMpaUserRecentPlayers& User = Users[Index];
		mpa_user_recent_players Added = MPA_INIT(mpa_user_recent_players);
		if (!MpaConversions::ParseXuid(User.Xuid, Added.xuid))
		{
			OutRefusal = MpaConversions::InvalidXuid(FString::Printf(TEXT("Users[%d].Xuid"), Index), User.Xuid, Count);
			return false;
		}
		for (const FMpaRecentPlayer& Player : User.RecentPlayers)
		{
			mpa_recent_player Met = MPA_INIT(mpa_recent_player);
			if (!MpaConversions::ParseXuid(Player.Xuid, Met.xuid))
			{
				OutRefusal = MpaConversions::InvalidXuid(
					FString::Printf(TEXT("Users[%d].RecentPlayers[%d].Xuid"), Index, Players[Index].Num()), Player.Xuid,
					Count);
				return false;
			}
			Met.encounter_type = static_cast<mpa_encounter_type>(Player.EncounterType);
			Met.timestamp_unix_ms = MpaConversions::ToUnixMs(Player.Timestamp);
			Players[Index].Add(Met);
		}
		Added.recent_players = Players[Index].GetData();
		Added.recent_player_count = static_cast<uint32>(Players[Index].Num());
		NativeUsers.Add(Added);
	}
	return true;
}
