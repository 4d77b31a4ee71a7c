// As much of UnrealBuildTool as Mpa.Build.cs uses, and a program that prints what it sets:
//
//     Rules.exe FOLDER_OF_THE_PLUGIN PLATFORM [DEFINITION_OF_THE_PROJECT...]

using System;
using System.Collections.Generic;

namespace UnrealBuildTool
{
    public class BuildException : Exception
    {
        public BuildException(string format, params object[] arguments) : base(string.Format(format, arguments)) { }
    }

    public struct UnrealTargetPlatform
    {
        public static readonly UnrealTargetPlatform Win64 = new UnrealTargetPlatform("Win64");
        public static readonly UnrealTargetPlatform Linux = new UnrealTargetPlatform("Linux");
        public static readonly UnrealTargetPlatform LinuxArm64 = new UnrealTargetPlatform("LinuxArm64");

        private readonly string name;
        public UnrealTargetPlatform(string name) { this.name = name; }
        public override string ToString() { return name; }
        public override bool Equals(object other) { return other is UnrealTargetPlatform && ((UnrealTargetPlatform)other).name == name; }
        public override int GetHashCode() { return name.GetHashCode(); }
        public static bool operator ==(UnrealTargetPlatform left, UnrealTargetPlatform right) { return left.name == right.name; }
        public static bool operator !=(UnrealTargetPlatform left, UnrealTargetPlatform right) { return left.name != right.name; }
    }

    public enum TargetType { Game, Editor, Client, Server, Program }

    public class ReadOnlyTargetRules
    {
        public TargetType Type = TargetType.Server;
        public UnrealTargetPlatform Platform;
        public IEnumerable<string> ProjectDefinitions;
    }

    public class RuntimeDependencyList
    {
        public readonly List<string> Paths = new List<string>();
        public void Add(string path) { Paths.Add(path); }
    }

    public class ModuleRules
    {
        public enum PCHUsageMode { UseExplicitOrSharedPCHs }

        public static string Folder;

        public ModuleRules(ReadOnlyTargetRules target) { }

        public string PluginDirectory { get { return Folder; } }
        public PCHUsageMode PCHUsage;
        public readonly List<string> PublicDependencyModuleNames = new List<string>();
        public readonly List<string> PrivateDependencyModuleNames = new List<string>();
        public readonly List<string> PublicDefinitions = new List<string>();
        public readonly List<string> PrivateDefinitions = new List<string>();
        public readonly List<string> PrivateIncludePaths = new List<string>();
        public readonly List<string> PublicAdditionalLibraries = new List<string>();
        public readonly List<string> PublicSystemLibraries = new List<string>();
        public readonly List<string> PublicDelayLoadDLLs = new List<string>();
        public readonly List<string> PublicRuntimeLibraryPaths = new List<string>();
        public readonly RuntimeDependencyList RuntimeDependencies = new RuntimeDependencyList();
    }

    public static class Program
    {
        public static int Main(string[] arguments)
        {
            ModuleRules.Folder = arguments[0];
            var target = new ReadOnlyTargetRules();
            target.Platform = new UnrealTargetPlatform(arguments[1]);
            target.ProjectDefinitions = new List<string>(arguments).GetRange(2, arguments.Length - 2);
            ModuleRules rules;
            try
            {
                rules = new global::Mpa(target);
            }
            catch (BuildException exception)
            {
                Console.WriteLine("error " + exception.Message);
                return 0;
            }
            Print("module", rules.PublicDependencyModuleNames);
            Print("module", rules.PrivateDependencyModuleNames);
            Print("definition", rules.PublicDefinitions);
            Print("definition", rules.PrivateDefinitions);
            Print("include", rules.PrivateIncludePaths);
            Print("library", rules.PublicAdditionalLibraries);
            Print("system", rules.PublicSystemLibraries);
            Print("delayed", rules.PublicDelayLoadDLLs);
            Print("rpath", rules.PublicRuntimeLibraryPaths);
            Print("shipped", rules.RuntimeDependencies.Paths);
            return 0;
        }

        private static void Print(string kind, List<string> values)
        {
            foreach (string value in values) Console.WriteLine(kind + " " + value);
        }
    }
}
