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
	T* GetSubsystem() const { return static_cast<T*>(Find(StandIn::ClassOf<T>())); }

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
		Collection.StandInFind = [this](const void* Class) { return Find(Class); };
		Started->Initialize(Collection);
		return Started;
	}

	void Shutdown()
	{
		for (const auto& Entry : Subsystems) Entry.second->Deinitialize();
		Subsystems.clear();
	}

private:
	UGameInstanceSubsystem* Find(const void* Class) const
	{
		const auto Found = Subsystems.find(Class);
		return Found == Subsystems.end() ? nullptr : Found->second.get();
	}

	bool bDedicated;
	std::map<const void*, std::unique_ptr<UGameInstanceSubsystem>> Subsystems;
};
