// The types of UnityEditor that the package uses.

using System;
using System.Collections.Generic;
using System.Reflection;
using UnityEngine;

namespace UnityEditor
{
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class InitializeOnLoadAttribute : Attribute
    {
    }

    public enum PlayModeStateChange
    {
        EnteredEditMode,
        ExitingEditMode,
        EnteredPlayMode,
        ExitingPlayMode,
    }

    public static class EditorApplication
    {
        public static event Action<PlayModeStateChange> playModeStateChanged;

        public static event Action quitting;

        internal static void Raise(PlayModeStateChange change)
        {
            playModeStateChanged?.Invoke(change);
        }

        internal static void RaiseQuitting()
        {
            quitting?.Invoke();
        }

        internal static void Forget()
        {
            playModeStateChanged = null;
            quitting = null;
        }
    }

    public static class AssemblyReloadEvents
    {
        public delegate void AssemblyReloadCallback();

        public static event AssemblyReloadCallback beforeAssemblyReload;

        internal static void Raise()
        {
            beforeAssemblyReload?.Invoke();
        }

        internal static void Forget()
        {
            beforeAssemblyReload = null;
        }
    }

    public enum BuildTarget
    {
        StandaloneWindows64 = 19,
        StandaloneLinux64 = 24,
    }

    public class AssetImporter : UnityEngine.Object
    {
        public string assetPath { get; set; } = "";
    }

    public sealed class PluginImporter : AssetImporter
    {
        public delegate bool IncludeInBuildDelegate(string path);

        internal static readonly List<PluginImporter> All = new List<PluginImporter>();

        private IncludeInBuildDelegate isIncluded = path => true;

        public static PluginImporter[] GetAllImporters()
        {
            return All.ToArray();
        }

        public void SetIncludeInBuildDelegate(IncludeInBuildDelegate includeInBuildDelegate)
        {
            isIncluded = includeInBuildDelegate;
        }

        public bool ShouldIncludeInBuild()
        {
            return isIncluded(assetPath);
        }
    }

    public enum MessageType
    {
        None,
        Info,
        Warning,
        Error,
    }

    public static class EditorGUILayout
    {
        public static void HelpBox(string message, MessageType type)
        {
            Simulation.Engine.Note(type + ": " + message);
        }
    }

    [AttributeUsage(AttributeTargets.Class)]
    public sealed class CustomEditor : Attribute
    {
        public CustomEditor(Type inspectedType)
        {
        }
    }

    public class Editor : ScriptableObject
    {
        public UnityEngine.Object target { get; internal set; }

        public static void CreateCachedEditor(
            UnityEngine.Object targetObject, Type editorType, ref Editor previousEditor)
        {
            if (previousEditor == null || previousEditor.target != targetObject)
            {
                previousEditor = (Editor)Activator.CreateInstance(editorType);
                previousEditor.target = targetObject;
            }
        }

        public virtual void OnInspectorGUI()
        {
        }

        public bool DrawDefaultInspector()
        {
            return false;
        }
    }

    public enum SettingsScope
    {
        User,
        Project,
    }

    [AttributeUsage(AttributeTargets.Method)]
    public sealed class SettingsProviderAttribute : Attribute
    {
    }

    public class SettingsProvider
    {
        public SettingsProvider(string path, SettingsScope scopes, IEnumerable<string> keywords = null)
        {
            settingsPath = path;
        }

        public string settingsPath { get; }

        public Action<string> guiHandler { get; set; }

        public IEnumerable<string> keywords { get; set; }
    }

    public static class AssetDatabase
    {
        public static bool IsValidFolder(string path)
        {
            return false;
        }

        public static string CreateFolder(string parentFolder, string newFolderName)
        {
            return "";
        }

        public static void CreateAsset(UnityEngine.Object asset, string path)
        {
            Simulation.Engine.SetAsset(System.IO.Path.GetFileNameWithoutExtension(path), asset);
        }

        public static void SaveAssets()
        {
        }
    }
}

namespace UnityEditor.Build
{
    public interface IOrderedCallback
    {
        int callbackOrder { get; }
    }

    public interface IPreprocessBuildWithReport : IOrderedCallback
    {
        void OnPreprocessBuild(Reporting.BuildReport report);
    }
}

namespace UnityEditor.Build.Reporting
{
    public struct BuildSummary
    {
        public BuildTarget platform { get; internal set; }
    }

    public sealed class BuildReport : UnityEngine.Object
    {
        public BuildSummary summary { get; internal set; }
    }
}

// In an assembly of its own, which comes with Linux build support.
namespace UnityEditor.LinuxStandalone
{
    public static class UserBuildSettings
    {
        public static string architecture { get; set; } = "x64";
    }
}
