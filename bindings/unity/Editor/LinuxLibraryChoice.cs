using System;
using System.Reflection;
using UnityEditor;
using UnityEditor.Build;
using UnityEditor.Build.Reporting;

namespace Mpa.Unity.Editor
{
    /// <summary>Includes in a Linux build only the native library of its processor. The import settings of the files
    /// say which is which, but versions of Unity exist that do not compare them with the processor of the build, and
    /// then find two libraries of one name. Server builds (subtarget Server) are builds for the same
    /// platform.</summary>
    internal sealed class LinuxLibraryChoice : IPreprocessBuildWithReport
    {
        private const string Libraries = "Packages/com.mpa.multiplayer-activity/Runtime/Plugins/";

        public int callbackOrder => 0;

        public void OnPreprocessBuild(BuildReport report)
        {
            if (report.summary.platform != BuildTarget.StandaloneLinux64)
            {
                return;
            }
            bool isForArm64 = IsForArm64();
            foreach (PluginImporter importer in PluginImporter.GetAllImporters())
            {
                string path = importer.assetPath;
                if (path.StartsWith(Libraries, StringComparison.Ordinal) && path.Contains("/linux-"))
                {
                    bool isIncluded = path.Contains("/linux-arm64/") == isForArm64;
                    importer.SetIncludeInBuildDelegate(library => isIncluded);
                }
            }
        }

        /// <summary>The setting is in an assembly that comes with Linux build support, and cannot be referred to
        /// without it. Versions that build for x64 only do not have it.</summary>
        private static bool IsForArm64()
        {
            foreach (Assembly assembly in AppDomain.CurrentDomain.GetAssemblies())
            {
                PropertyInfo architecture = assembly
                    .GetType("UnityEditor.LinuxStandalone.UserBuildSettings")
                    ?.GetProperty("architecture", BindingFlags.Public | BindingFlags.Static);
                if (architecture != null)
                {
                    string name = architecture.GetValue(null)?.ToString() ?? "";
                    return name.Equals("ARM64", StringComparison.OrdinalIgnoreCase);
                }
            }
            return false;
        }
    }
}
