//! The target frameworks that the managed library is compiled for.

/// A target framework.
pub struct Framework {
    /// As in a package and a project file.
    pub name: &'static str,
    /// As in the attribute of an assembly.
    pub full_name: &'static str,
    pub display_name: &'static str,
    /// As in a nuspec.
    pub group: &'static str,
    pub language: &'static str,
    /// What the SDK defines for it, as far as the sources ask.
    pub defines: &'static [&'static str],
    /// Its reference assemblies, among those of the SDK.
    pub references: &'static str,
    /// Whether the version of the reference assembly is to be that of .NET Standard 2.0.
    pub is_netstandard20: bool,
    /// Sources that stand in for what the reference assemblies lack, in packaging/dotnet.
    pub stand_ins: &'static [&'static str],
    /// Whether the assembly says that it can be trimmed and compiled ahead of time.
    pub is_trimmable: bool,
}

const NETSTANDARD_REFERENCES: &str = "NETStandard.Library.Ref/2.1.0/ref/netstandard2.1";

pub static FRAMEWORKS: &[Framework] = &[
    Framework {
        name: "netstandard2.0",
        full_name: ".NETStandard,Version=v2.0",
        display_name: ".NET Standard 2.0",
        group: ".NETStandard2.0",
        language: "9.0",
        defines: &["NETSTANDARD", "NETSTANDARD2_0", "NETSTANDARD2_0_OR_GREATER"],
        // No registry has those of 2.0. That nothing newer is used is checked with the list of its types.
        references: NETSTANDARD_REFERENCES,
        is_netstandard20: true,
        stand_ins: &[],
        is_trimmable: false,
    },
    Framework {
        name: "netstandard2.1",
        full_name: ".NETStandard,Version=v2.1",
        display_name: ".NET Standard 2.1",
        group: ".NETStandard2.1",
        language: "9.0",
        defines: &["NETSTANDARD", "NETSTANDARD2_1", "NETSTANDARD2_0_OR_GREATER", "NETSTANDARD2_1_OR_GREATER"],
        references: NETSTANDARD_REFERENCES,
        is_netstandard20: false,
        stand_ins: &[],
        is_trimmable: false,
    },
    Framework {
        name: "net8.0",
        full_name: ".NETCoreApp,Version=v8.0",
        display_name: ".NET 8.0",
        group: "net8.0",
        language: "12.0",
        defines: &[
            "NET",
            "NETCOREAPP",
            "NET8_0",
            "NETCOREAPP3_0_OR_GREATER",
            "NETCOREAPP3_1_OR_GREATER",
            "NET5_0_OR_GREATER",
            "NET6_0_OR_GREATER",
            "NET7_0_OR_GREATER",
            "NET8_0_OR_GREATER",
        ],
        // What is compiled against .NET Core 3.1 runs on each later version. Reference assemblies of .NET 8 are in no
        // registry here; its implementation assemblies cannot be referred to by a library for others.
        references: "Microsoft.NETCore.App.Ref/3.1.0/ref/netcoreapp3.1",
        is_netstandard20: false,
        stand_ins: &["Net8Attributes.cs"],
        is_trimmable: true,
    },
];
