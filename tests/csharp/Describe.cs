// Prints what the assembly Mpa says about the C side, for the test to compare with the header:
// every struct with its size, every field with its offset and size, every number.

using System;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using Mpa;

static class Describe
{
    const BindingFlags All =
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    static void Main()
    {
        Assembly assembly = typeof(MpaClient).Assembly;
        Type native = assembly.GetType("Mpa.Internal.Native", true);
        foreach (Type type in native.GetNestedTypes(All))
        {
            DescribeStruct(type);
        }
        foreach (Type type in assembly.GetTypes().Where(type => !type.IsNested))
        {
            DescribeNumbers(type);
        }
    }

    static void DescribeStruct(Type type)
    {
        Console.WriteLine("struct {0} {1}", type.Name, Marshal.SizeOf(type));
        foreach (FieldInfo field in type.GetFields(All))
        {
            Console.WriteLine(
                "field {0}.{1} {2} {3}",
                type.Name, field.Name, Marshal.OffsetOf(type, field.Name), Marshal.SizeOf(field.FieldType));
        }
    }

    /// Of an enumeration its members, of a class its constants.
    static void DescribeNumbers(Type type)
    {
        foreach (FieldInfo field in type.GetFields(BindingFlags.Static | BindingFlags.Public))
        {
            if (field.IsLiteral)
            {
                long value = Convert.ToInt64(field.GetRawConstantValue());
                Console.WriteLine("number {0}.{1} {2}", type.Name, field.Name, value);
            }
        }
        if (type.IsEnum && Enum.GetUnderlyingType(type) != typeof(int))
        {
            Console.WriteLine("number {0} is no int", type.Name);
        }
    }
}
