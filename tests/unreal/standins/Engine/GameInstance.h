#pragma once

#include "Subsystems/GameInstanceSubsystem.h"

#include <map>
#include <memory>

class UGameInstance : public UObject
{
public:
	explicit UGameInstance(bool bInDedicated = true) : bDedicated(bInDedicated) {}
	~UGameInstance() override { Shutdown(); }

	bool IsDedicatedServerInstance() const { return bDedicated; }

	template <typename T>
	T* GetSubsystem() const
	{
		const auto Found = Subsystems.find(StandIn::ClassOf<T>());
		return Found == Subsystems.end() ? nullptr : static_cast<T*>(Found->second.get());
	}

	/** As when the game instance starts. */
	template <typename T>
	T* StandInStart()
	{
		std::unique_ptr<T> Subsystem = std::make_unique<T>();
		T* Started = Subsystem.get();
		Started->Outer = this;
		if (!Started->ShouldCreateSubsystem(this)) return nullptr;
		Subsystems[StandIn::ClassOf<T>()] = std::move(Subsystem);
		FSubsystemCollectionBase Collection;
		Started->Initialize(Collection);
		return Started;
	}

	void Shutdown()
	{
		for (const auto& Entry : Subsystems) Entry.second->Deinitialize();
		Subsystems.clear();
	}

private:
	bool bDedicated;
	std::map<const void*, std::unique_ptr<UGameInstanceSubsystem>> Subsystems;
};
