#pragma once

#include "UObject/Object.h"

class UBlueprintAsyncActionBase : public UObject
{
public:
	virtual void Activate() {}
	virtual void SetReadyToDestroy() { bReadyToDestroy = true; }
	void RegisterWithGameInstance(const UObject*) { bRegistered = true; }

	bool bRegistered = false;
	bool bReadyToDestroy = false;
};
