#pragma once

class UGameInstance;
class UObject;

class UGameplayStatics
{
public:
	static UGameInstance* GetGameInstance(const UObject* WorldContextObject);
};

namespace StandIn
{
	/** The game instance of the only world. */
	extern UGameInstance* GameInstanceOfWorld;
}
