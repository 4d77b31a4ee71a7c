//! Each rule finds what breaks it, and nothing in the sources of the plugin.

use super::*;

const HEADER: &str = "\
// Licensed MIT or Apache-2.0.

#pragma once

#include \"CoreMinimal.h\"

#include \"Thing.generated.h\"

UCLASS()
class MPA_API UThing : public UObject
{
\tGENERATED_BODY()

\tUPROPERTY(BlueprintReadOnly)
\tbool bReady = false;
};
";

#[test]
fn headers() {
    assert_eq!(check_header("Thing.h", HEADER), Vec::<String>::new());
    for (from, to, finding) in [
        ("#pragma once", "#include \"A.h\"", "#pragma once must come first"),
        ("#include \"Thing.generated.h\"\n", "", "must be included exactly if"),
        (
            "#include \"Thing.generated.h\"\n",
            "#include \"Thing.generated.h\"\n#include \"B.h\"\n",
            "must be the last include",
        ),
        ("UThing :", "AThing :", "the name of AThing must begin with U"),
        ("MPA_API ", "", "UThing must be exported with MPA_API"),
        ("\tGENERATED_BODY()\n", "", "GENERATED_BODY() must be the first line in UThing"),
        ("bool bReady", "bool Ready", "the name of a bool must begin with b"),
        ("bool bReady = false", "uint64 Id = 0", "uint64 is not a type of Blueprints"),
        (
            "\tUPROPERTY(BlueprintReadOnly)\n\tbool bReady = false;",
            "\tUFUNCTION(A,\n\t\tB = (C))\n\tvoid Call(\n\t\tuint32 Id);",
            "uint32 is not",
        ),
        ("bool bReady = false", "std::string Id", "std:: has no place in a plugin"),
        ("CoreMinimal.h", "Engine.h", "Engine.h has no place in a plugin"),
        ("};\n", "};", "lines must end in LF"),
        ("UCLASS()", "UENUM()\nenum class EOther : uint16\n{\n};\n\nUCLASS()", "EOther must be an enum class : uint8"),
    ] {
        let changed = HEADER.replace(from, to);
        let findings = check_header("Thing.h", &changed);
        assert!(findings.iter().any(|found| found.contains(finding)), "{finding}: {findings:?}");
    }
}

#[test]
fn sources_include_their_own_header_first() {
    assert_eq!(check_source("A.cpp", "#include \"A.h\"\n#include \"B.h\"\n"), Vec::<String>::new());
    assert_eq!(check_source("A.cpp", "#include \"B.h\"\n#include \"A.h\"\n").len(), 1);
    assert_eq!(check_source("A.cpp", "#include \"A.h\"\n\ttry\n").len(), 1);
}

#[test]
fn everything_in_the_folder_is_packaged() {
    let filter = format!("[FilterPlugin]\n/README.md\n/LICENSES/...\n/{LIBRARY}/...\n");
    let names = ["Mpa.uplugin", "README.md", "LICENSES/a", "LICENSES/b", "Source/Mpa/a.cpp"];
    assert_eq!(check_filter(&names, &filter), Vec::<String>::new());
    assert_eq!(check_filter(&["Docs/a", "Docs/b"], "").len(), 2);
}

#[test]
fn what_the_header_adds_is_noticed() {
    let header = "#define MPA_ERROR_NEW (-7)\ntypedef struct mpa_client_config {\n    /// New.\n    const char *new_field;\n} mpa_client_config;\n";
    assert_eq!(check_constants(header, "MPA_ERROR_NEWER"), ["MpaConversions.cpp does not know MPA_ERROR_NEW of mpa.h"]);
    assert_eq!(check_constants(header, "case MPA_ERROR_NEW:"), Vec::<String>::new());
    assert_eq!(check_configuration(header, ""), ["MpaConfig.cpp does not set new_field of mpa_client_config"]);
    assert_eq!(check_configuration(header, "Native.new_field = 1;"), Vec::<String>::new());
    let header = "typedef struct mpa_result {\n    uint32_t struct_size;\n    char new_text[64];\n} mpa_result;\n";
    assert_eq!(check_results(header, ""), ["MpaConversions.cpp does not convert new_text of mpa_result"]);
    assert_eq!(check_results(header, "Result.new_text"), Vec::<String>::new());
}

#[test]
fn the_descriptor() {
    let text = include_str!("../../../../bindings/unreal/Mpa/Mpa.uplugin");
    assert_eq!(check_descriptor(text).unwrap(), Vec::<String>::new());
    for (from, to) in [
        ("\"Server\", ", ""),
        ("PreDefault", "Default"),
        ("\"LinuxArm64\"", "\"Mac\""),
        ("\"FileVersion\": 3", "\"Installed\": true"),
    ] {
        assert!(!check_descriptor(&text.replace(from, to)).unwrap().is_empty(), "{from}");
    }
}
