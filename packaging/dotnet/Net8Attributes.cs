// Attributes of .NET 7 that compilers and the runtime look for by name, for reference assemblies that lack them.

namespace System.Runtime.CompilerServices
{
    [AttributeUsage(
        AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Field | AttributeTargets.Property,
        Inherited = false)]
    internal sealed class RequiredMemberAttribute : Attribute
    {
    }

    [AttributeUsage(AttributeTargets.All, AllowMultiple = true, Inherited = false)]
    internal sealed class CompilerFeatureRequiredAttribute : Attribute
    {
        public CompilerFeatureRequiredAttribute(string featureName)
        {
            FeatureName = featureName;
        }

        public string FeatureName { get; }
    }

    [AttributeUsage(AttributeTargets.Assembly, Inherited = false)]
    internal sealed class DisableRuntimeMarshallingAttribute : Attribute
    {
    }
}
