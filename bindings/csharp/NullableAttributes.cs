// What compilers look for by name, for the targets that do not have it; define MPA_NULLABLE_ATTRIBUTES for
// others. They say what `?` would, which C# 7 has not.
#if NETSTANDARD2_0 || NETFRAMEWORK || (UNITY_5_3_OR_NEWER && !NET_STANDARD_2_1) || MPA_NULLABLE_ATTRIBUTES
namespace System.Diagnostics.CodeAnalysis
{
    /// <summary>Null may be passed in or assigned.</summary>
    [AttributeUsage(AttributeTargets.Field | AttributeTargets.Parameter | AttributeTargets.Property)]
    internal sealed class AllowNullAttribute : Attribute
    {
    }

    /// <summary>Null may come back.</summary>
    [AttributeUsage(
        AttributeTargets.Field | AttributeTargets.Parameter | AttributeTargets.Property
        | AttributeTargets.ReturnValue)]
    internal sealed class MaybeNullAttribute : Attribute
    {
    }

    /// <summary>Null may come back where the method returns this.</summary>
    [AttributeUsage(AttributeTargets.Parameter)]
    internal sealed class MaybeNullWhenAttribute : Attribute
    {
        public MaybeNullWhenAttribute(bool returnValue)
        {
            ReturnValue = returnValue;
        }

        public bool ReturnValue { get; }
    }
}
#endif
