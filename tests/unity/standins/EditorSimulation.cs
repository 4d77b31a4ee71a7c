// The editor, as far as the tests need it.

using System;
using System.Reflection;
using System.Runtime.CompilerServices;
using UnityEditor;
using UnityEditor.Build;
using UnityEditor.Build.Reporting;

namespace Simulation
{
    /// <summary>What the editor does.</summary>
    public static class EditorEngine
    {
        /// <summary>Begins a domain with these assemblies, those of the editor among them.</summary>
        public static void Load(params Assembly[] assemblies)
        {
            Engine.Load(assemblies);
            foreach (Assembly assembly in assemblies)
            {
                foreach (Type type in assembly.GetTypes())
                {
                    if (type.GetCustomAttribute<InitializeOnLoadAttribute>() != null)
                    {
                        RuntimeHelpers.RunClassConstructor(type.TypeHandle);
                    }
                }
            }
        }

        /// <summary>Ends the domain as a reload does.</summary>
        public static void Unload()
        {
            AssemblyReloadEvents.Raise();
            Lose();
        }

        /// <summary>Ends the domain without telling it.</summary>
        public static void Lose()
        {
            AssemblyReloadEvents.Forget();
            EditorApplication.Forget();
            PluginImporter.All.Clear();
            Engine.Unload();
        }

        /// <summary>With the domain that is there: the caller has reloaded it if it is to be.</summary>
        public static void EnterPlayMode()
        {
            EditorApplication.Raise(PlayModeStateChange.ExitingEditMode);
            Engine.IsPlaying = true;
            Engine.RunInitializers();
            EditorApplication.Raise(PlayModeStateChange.EnteredPlayMode);
        }

        public static void ExitPlayMode()
        {
            EditorApplication.Raise(PlayModeStateChange.ExitingPlayMode);
            Engine.Quit();
            Engine.IsPlaying = false;
            EditorApplication.Raise(PlayModeStateChange.EnteredEditMode);
        }

        public static void QuitEditor()
        {
            EditorApplication.RaiseQuitting();
        }

        /// <summary>Runs the checks of a build, and returns which of these files of a package it includes.</summary>
        public static bool[] Build(Assembly assembly, string platform, string architecture, params string[] libraries)
        {
            PluginImporter.All.Clear();
            foreach (string library in libraries)
            {
                PluginImporter.All.Add(new PluginImporter { assetPath = library });
            }
            UnityEditor.LinuxStandalone.UserBuildSettings.architecture = architecture;
            var target = (BuildTarget)Enum.Parse(typeof(BuildTarget), platform);
            var report = new BuildReport { summary = new BuildSummary { platform = target } };
            foreach (Type type in assembly.GetTypes())
            {
                if (typeof(IPreprocessBuildWithReport).IsAssignableFrom(type))
                {
                    ((IPreprocessBuildWithReport)Activator.CreateInstance(type)).OnPreprocessBuild(report);
                }
            }
            return Array.ConvertAll(PluginImporter.GetAllImporters(), importer => importer.ShouldIncludeInBuild());
        }

        /// <summary>Shows a page of Project Settings.</summary>
        public static void ShowSettings(Assembly assembly)
        {
            const BindingFlags Static = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
            foreach (Type type in assembly.GetTypes())
            {
                foreach (MethodInfo method in type.GetMethods(Static))
                {
                    if (method.GetCustomAttribute<SettingsProviderAttribute>() != null)
                    {
                        ((SettingsProvider)method.Invoke(null, null)).guiHandler("");
                    }
                }
            }
        }
    }
}
