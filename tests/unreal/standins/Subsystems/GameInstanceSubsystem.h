#pragma once

#include "Templates/Function.h"
#include "UObject/Object.h"

class UGameInstance;

class UGameInstanceSubsystem;

class FSubsystemCollectionBase
{
public:
	/** In a test, the other subsystem has been started before. */
	template <typename T>
	T* InitializeDependency() { return static_cast<T*>(StandInFind(StandIn::ClassOf<T>())); }

	TFunction<UGameInstanceSubsystem*(const void*)> StandInFind;
};

class UGameInstanceSubsystem : public UObject
{
public:
	virtual bool ShouldCreateSubsystem(UObject*) const { return true; }
	virtual void Initialize(FSubsystemCollectionBase&) {}
	virtual void Deinitialize() {}
	UGameInstance* GetGameInstance() const;
};
