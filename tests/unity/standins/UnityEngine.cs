// The types of UnityEngine that the package uses, with as much behaviour as its tests need. The names, signatures and
// order of events are those of Unity's documentation.

using System;
using System.Collections.Generic;

namespace UnityEngine
{
    public class Object
    {
        public string name = "";
    }

    public class ScriptableObject : Object
    {
        public static T CreateInstance<T>()
            where T : ScriptableObject, new()
        {
            return new T();
        }
    }

    public class Component : Object
    {
    }

    public class Behaviour : Component
    {
    }

    public class MonoBehaviour : Behaviour
    {
    }

    [AttributeUsage(AttributeTargets.Field)]
    public sealed class SerializeField : Attribute
    {
    }

    [AttributeUsage(AttributeTargets.Field)]
    public class PropertyAttribute : Attribute
    {
    }

    public sealed class TooltipAttribute : PropertyAttribute
    {
        public TooltipAttribute(string tooltip)
        {
        }
    }

    public sealed class RangeAttribute : PropertyAttribute
    {
        public RangeAttribute(float min, float max)
        {
        }
    }

    [AttributeUsage(AttributeTargets.Class)]
    public sealed class CreateAssetMenuAttribute : Attribute
    {
        public string fileName { get; set; }

        public string menuName { get; set; }
    }

    public enum RuntimeInitializeLoadType
    {
        AfterSceneLoad,
        BeforeSceneLoad,
        AfterAssembliesLoaded,
        BeforeSplashScreen,
        SubsystemRegistration,
    }

    [AttributeUsage(AttributeTargets.Method)]
    public sealed class RuntimeInitializeOnLoadMethodAttribute : Attribute
    {
        public RuntimeInitializeOnLoadMethodAttribute(RuntimeInitializeLoadType loadType)
        {
            this.loadType = loadType;
        }

        public RuntimeInitializeLoadType loadType { get; }
    }

    public enum RuntimePlatform
    {
        LinuxEditor = 16,
        LinuxServer = 43,
    }

    public static class Application
    {
        public static event Action quitting;

        public static bool isPlaying { get; internal set; }

        public static RuntimePlatform platform => RuntimePlatform.LinuxEditor;

        public static void Quit()
        {
            RaiseQuitting();
        }

        internal static int QuittingHandlers => quitting == null ? 0 : quitting.GetInvocationList().Length;

        internal static void RaiseQuitting()
        {
            quitting?.Invoke();
        }

        internal static void Forget()
        {
            quitting = null;
        }
    }

    public static class Resources
    {
        internal static readonly Dictionary<string, Object> Assets = new Dictionary<string, Object>();

        public static T Load<T>(string path)
            where T : Object
        {
            return Assets.TryGetValue(path, out Object asset) ? asset as T : null;
        }
    }

    public static class GUILayout
    {
        /// <summary>Whether buttons are.</summary>
        public static bool IsClicked { get; set; }

        public static bool Button(string text)
        {
            return IsClicked;
        }
    }

    public enum LogType
    {
        Error,
        Assert,
        Warning,
        Log,
        Exception,
    }

    public interface ILogger
    {
        void Log(LogType logType, string tag, object message);

        void LogException(Exception exception);
    }

    public static class Debug
    {
        public static ILogger unityLogger { get; } = new Logger();

        public static void Log(object message)
        {
            Simulation.Engine.Log("Log: " + message);
        }

        public static void LogWarning(object message)
        {
            LogWarning(message, null);
        }

        public static void LogWarning(object message, Object context)
        {
            Simulation.Engine.Log("Warning: " + message);
        }

        private sealed class Logger : ILogger
        {
            public void Log(LogType logType, string tag, object message)
            {
                Simulation.Engine.Log(logType + ": " + tag + ": " + message);
            }

            public void LogException(Exception exception)
            {
                Simulation.Engine.Log("Exception: " + exception.Message);
            }
        }
    }
}
