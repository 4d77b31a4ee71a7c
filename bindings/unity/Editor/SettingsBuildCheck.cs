using UnityEditor.Build;
using UnityEditor.Build.Reporting;
using UnityEngine;

namespace Mpa.Unity.Editor
{
    /// <summary>Warns during a build if the settings cannot open a client. It does not stop the build: code may set
    /// what is missing. A project without the asset is configured in code.</summary>
    internal sealed class SettingsBuildCheck : IPreprocessBuildWithReport
    {
        public int callbackOrder => 0;

        public void OnPreprocessBuild(BuildReport report)
        {
            MpaSettings settings = MpaSettings.OfProject();
            if (settings == null)
            {
                return;
            }
            foreach (string problem in settings.Problems())
            {
                Debug.LogWarning("Mpa: " + problem + " (Project Settings, Multiplayer Activity)", settings);
            }
        }
    }
}
