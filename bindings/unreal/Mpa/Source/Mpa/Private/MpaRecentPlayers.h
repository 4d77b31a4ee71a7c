// Licensed MIT or Apache-2.0.

#pragma once

#include "Containers/Array.h"
#include "CoreMinimal.h"
#include "MpaConversions.h"
#include "MpaLibrary.h"
#include "MpaTypes.h"

/** Groups of players who met, as the library takes them. */
class FMpaNativeGroups
{
public:
	/** False if a text is no XUID: OutRefusal says which. */
	bool Convert(const TArray<FMpaRecentPlayerGroup>& Groups, FMpaResult& OutRefusal);

	const mpa_recent_player_group* GetData() const { return NativeGroups.GetData(); }
	uint32 Num() const { return static_cast<uint32>(NativeGroups.Num()); }

private:
	TArray<mpa_recent_player_group> NativeGroups;
	TArray<TArray<FMpaNativeXuid>> Players;
};

/** Players and whom each of them met, as the library takes them. */
class FMpaNativeUsers
{
public:
	/** False if a text is no XUID: OutRefusal says which. */
	bool Convert(const TArray<FMpaUserRecentPlayers>& Users, FMpaResult& OutRefusal);

	const mpa_user_recent_players* GetData() const { return NativeUsers.GetData(); }
	uint32 Num() const { return static_cast<uint32>(NativeUsers.Num()); }

private:
	TArray<mpa_user_recent_players> NativeUsers;
	TArray<TArray<mpa_recent_player>> Players;
};
