using UnityEditor;
using UnityEngine;

namespace Mpa.Unity.Editor
{
    /// <summary>Project Settings, Multiplayer Activity: creates the asset, and shows it.</summary>
    internal static class MpaSettingsPage
    {
        private const string Folder = "Assets/Resources";

        private static UnityEditor.Editor inspector;

        [SettingsProvider]
        internal static SettingsProvider Create()
        {
            return new SettingsProvider("Project/Multiplayer Activity", SettingsScope.Project)
            {
                guiHandler = search => Draw(),
                keywords = new[] { "mpa", "xbox", "invite", "title id" },
            };
        }

        private static void Draw()
        {
            MpaSettings settings = MpaSettings.OfProject();
            if (settings == null)
            {
                EditorGUILayout.HelpBox("This project has no settings for Multiplayer Activity.", MessageType.Info);
                if (GUILayout.Button("Create " + PathOfAsset()))
                {
                    CreateAsset();
                }
                return;
            }
            UnityEditor.Editor.CreateCachedEditor(settings, typeof(MpaSettingsEditor), ref inspector);
            inspector.OnInspectorGUI();
        }

        internal static MpaSettings CreateAsset()
        {
            if (!AssetDatabase.IsValidFolder(Folder))
            {
                AssetDatabase.CreateFolder("Assets", "Resources");
            }
            var settings = ScriptableObject.CreateInstance<MpaSettings>();
            AssetDatabase.CreateAsset(settings, PathOfAsset());
            AssetDatabase.SaveAssets();
            return settings;
        }

        private static string PathOfAsset()
        {
            return Folder + "/" + MpaSettings.ResourceName + ".asset";
        }
    }
}
