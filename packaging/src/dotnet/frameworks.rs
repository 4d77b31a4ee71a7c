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
    pub references: References,
    /// What the reference assemblies are to count as, if not as themselves: the major and minor number of a version.
    pub version: Option<&'static str>,
    /// Sources that stand in for what the reference assemblies lack, in packaging/dotnet.
    pub stand_ins: &'static [&'static str],
    /// Whether assemblies can be trimmed and compiled ahead of time.
    pub is_modern: bool,
}

/// Reference assemblies of the SDK.
pub struct References {
    /// Below the folder of the SDK.
    pub folder: &'static str,
    /// `None`: all assemblies of the folder.
    pub name: Option<&'static str>,
}

pub static FRAMEWORKS: &[Framework] = &[
    Framework {
        name: "netstandard2.0",
        full_name: ".NETStandard,Version=v2.0",
        display_name: ".NET Standard 2.0",
        group: ".NETStandard2.0",
        language: "9.0",
        defines: &["NETSTANDARD", "NETSTANDARD2_0", "NETSTANDARD2_0_OR_GREATER"],
        // What MSBuild has for the tasks of projects.
        references: References { folder: "sdk/3.1.102/ref", name: Some("netstandard.dll") },
        version: None,
        stand_ins: &[],
        is_modern: false,
    },
    Framework {
        name: "netstandard2.1",
        full_name: ".NETStandard,Version=v2.1",
        display_name: ".NET Standard 2.1",
        group: ".NETStandard2.1",
        language: "9.0",
        defines: &["NETSTANDARD", "NETSTANDARD2_1", "NETSTANDARD2_0_OR_GREATER", "NETSTANDARD2_1_OR_GREATER"],
        references: References {
            folder: "packs/NETStandard.Library.Ref/2.1.0/ref/netstandard2.1",
            name: Some("netstandard.dll"),
        },
        version: None,
        stand_ins: &[],
        is_modern: false,
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
        // No registry has those of .NET 8. What .NET Core 3.1 has is there too, in assemblies of the same names; the
        // implementation of .NET 8 has other names, to which a library for others must not refer.
        references: References { folder: "packs/Microsoft.NETCore.App.Ref/3.1.0/ref/netcoreapp3.1", name: None },
        version: Some("8.0"),
        stand_ins: &["Net8Attributes.cs"],
        is_modern: true,
    },
];
