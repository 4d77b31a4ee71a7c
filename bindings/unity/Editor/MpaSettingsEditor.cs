using UnityEditor;

namespace Mpa.Unity.Editor
{
    /// <summary>The inspector of the settings: the fields, and below them what has to be changed.</summary>
    [CustomEditor(typeof(MpaSettings))]
    internal sealed class MpaSettingsEditor : UnityEditor.Editor
    {
        public override void OnInspectorGUI()
        {
            DrawDefaultInspector();
            foreach (string problem in ((MpaSettings)target).Problems())
            {
                EditorGUILayout.HelpBox(problem, MessageType.Warning);
            }
            EditorGUILayout.HelpBox(
                "This asset is shipped with the game: it must not contain tokens, keys or passwords.",
                MessageType.Info);
        }
    }
}
