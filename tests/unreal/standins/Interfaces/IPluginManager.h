#pragma once

#include "Containers/UnrealString.h"
#include "Templates/SharedPointer.h"

class IPlugin
{
public:
	const FString& GetBaseDir() const { return BaseDir; }

private:
	FString BaseDir;
};

class IPluginManager
{
public:
	static IPluginManager& Get();
	TSharedPtr<IPlugin> FindPlugin(const FString& Name);
};
