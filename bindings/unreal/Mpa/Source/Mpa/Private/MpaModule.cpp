// Licensed MIT or Apache-2.0.

#include "MpaModule.h"

#include "Modules/ModuleManager.h"
#include "MpaLibrary.h"
#include "MpaLog.h"

#if MPA_LIBRARY_IS_SHARED && PLATFORM_WINDOWS
#include "HAL/PlatformProcess.h"
#include "Interfaces/IPluginManager.h"
#include "Misc/Paths.h"
#endif

DEFINE_LOG_CATEGORY(LogMpa);

bool FMpaModule::bLibraryIsUsable = false;

namespace
{
	/** Calling a function of a delay-loaded DLL that is not found ends the process: load it here, by its path. */
	bool LoadLibraryOfPlugin()
	{
#if MPA_LIBRARY_IS_SHARED && PLATFORM_WINDOWS
		const TSharedPtr<IPlugin> Plugin = IPluginManager::Get().FindPlugin(TEXT("Mpa"));
		const FString Folder = Plugin.IsValid() ? Plugin->GetBaseDir() : FString();
		const FString Path = FPaths::Combine(Folder, TEXT("Source/ThirdParty/MpaLibrary/Win64/mpa.dll"));
		// Never freed: a Rust library must not be unloaded while its threads may run.
		if (!FPlatformProcess::GetDllHandle(*Path))
		{
			UE_LOG(LogMpa, Error,
				TEXT("%s was not found or cannot be loaded: install the plugin completely. Invites are off."), *Path);
			return false;
		}
#endif
		return true;
	}

	/** While the major version is 0, the minor versions have to be equal. */
	bool FitsHeader(const uint32 Version)
	{
		const uint32 Major = Version >> 16;
		const uint32 Minor = (Version >> 8) & 0xff;
		constexpr uint32 HeaderMajor = MPA_VERSION_MAJOR;
		constexpr uint32 HeaderMinor = MPA_VERSION_MINOR;
		return Major == HeaderMajor && (Major == 0 ? Minor == HeaderMinor : Minor >= HeaderMinor);
	}
}

bool FMpaModule::IsLibraryUsable()
{
	return bLibraryIsUsable;
}

void FMpaModule::StartupModule()
{
	if (!LoadLibraryOfPlugin())
	{
		return;
	}
	bLibraryIsUsable = FitsHeader(mpa_version());
	if (!bLibraryIsUsable)
	{
		UE_LOG(LogMpa, Error,
			TEXT(
				"The library has the version %s, the plugin needs %d.%d: install the plugin completely. Invites are off."),
			UTF8_TO_TCHAR(mpa_version_string()), MPA_VERSION_MAJOR, MPA_VERSION_MINOR);
	}
}

void FMpaModule::ShutdownModule()
{
	// Game instances have closed their clients by now, except when the module is replaced while they run (hot reload).
	if (bLibraryIsUsable)
	{
		mpa_close_all(OwnerTag, 0);
	}
	bLibraryIsUsable = false;
}

IMPLEMENT_MODULE(FMpaModule, Mpa)
