// Licensed MIT or Apache-2.0.

using System.IO;
using System.Linq;
using UnrealBuildTool;

public class Mpa : ModuleRules
{
	// In the constructor of the project's .Target.cs: ProjectDefinitions.Add("MPA_USE_SHARED_LIBRARY=1");
	private const string SharedLibrarySwitch = "MPA_USE_SHARED_LIBRARY=1";

	public Mpa(ReadOnlyTargetRules Target) : base(Target)
	{
		PCHUsage = PCHUsageMode.UseExplicitOrSharedPCHs;

		PublicDependencyModuleNames.AddRange(new string[] { "Core", "CoreUObject", "DeveloperSettings", "Engine" });
		PrivateDependencyModuleNames.AddRange(new string[] { "Projects" });

		// For modules that are also built for other targets, and define it as 0 there.
		PublicDefinitions.Add("WITH_MPA=1");

		// Private: in an editor build, mpa.h's functions cannot be called from other modules.
		string Library = Path.Combine(PluginDirectory, "Source", "ThirdParty", "MpaLibrary");
		PrivateIncludePaths.Add(Path.Combine(Library, "include"));

		// The static library is the default: no file has to be found when the server starts.
		bool bShared = Target.ProjectDefinitions.Contains(SharedLibrarySwitch);
		PrivateDefinitions.Add("MPA_LIBRARY_IS_SHARED=" + (bShared ? "1" : "0"));

		string Folder = Path.Combine(Library, Target.Platform.ToString());
		if (Target.Platform == UnrealTargetPlatform.Win64)
		{
			LinkWindows(Folder, bShared);
		}
		else if (Target.Platform == UnrealTargetPlatform.Linux || Target.Platform == UnrealTargetPlatform.LinuxArm64)
		{
			LinkLinux(Folder, bShared);
		}
		else
		{
			throw new BuildException("The plugin Mpa has no library for {0}: it supports Win64, Linux and LinuxArm64.", Target.Platform);
		}
	}

	private void LinkWindows(string Folder, bool bShared)
	{
		if (!bShared)
		{
			PublicAdditionalLibraries.Add(Existing(Path.Combine(Folder, "mpa_static.lib")));
			PublicSystemLibraries.AddRange(new string[] { "advapi32.lib", "bcrypt.lib", "ntdll.lib", "userenv.lib", "ws2_32.lib" });
			return;
		}

		// Delay-loaded: the module loads it by its path first, and the server also starts without it.
		PrivateDefinitions.Add("MPA_SHARED=1");
		PublicAdditionalLibraries.Add(Existing(Path.Combine(Folder, "mpa.lib")));
		PublicDelayLoadDLLs.Add("mpa.dll");
		RuntimeDependencies.Add(Existing(Path.Combine(Folder, "mpa.dll")));
	}

	private void LinkLinux(string Folder, bool bShared)
	{
		if (!bShared)
		{
			PublicAdditionalLibraries.Add(Existing(Path.Combine(Folder, "libmpa.a")));
			return;
		}

		string Library = Existing(Path.Combine(Folder, "libmpa.so"));
		PublicAdditionalLibraries.Add(Library);
		PublicRuntimeLibraryPaths.Add(Folder);
		RuntimeDependencies.Add(Library);
	}

	private static string Existing(string File)
	{
		if (!System.IO.File.Exists(File))
		{
			throw new BuildException("The plugin Mpa lacks {0}: install the plugin from Mpa-Unreal-VERSION.zip, which contains it.", File);
		}
		return File;
	}
}
