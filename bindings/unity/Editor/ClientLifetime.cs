using UnityEditor;

namespace Mpa.Unity.Editor
{
    /// <summary>Closes the client when play mode ends, and before the domain reloads: the native library outlives the
    /// domain, with its clients.</summary>
    [InitializeOnLoad]
    internal static class ClientLifetime
    {
        static ClientLifetime()
        {
            AssemblyReloadEvents.beforeAssemblyReload += MpaRunner.CloseInEditor;
            EditorApplication.playModeStateChanged += OnPlayModeChanged;
            EditorApplication.quitting += MpaRunner.CloseInEditor;
        }

        private static void OnPlayModeChanged(PlayModeStateChange change)
        {
            // The second: for a client that was opened while play mode ended, such as in OnDestroy.
            if (change == PlayModeStateChange.ExitingPlayMode || change == PlayModeStateChange.EnteredEditMode)
            {
                MpaRunner.CloseInEditor();
            }
        }
    }
}
