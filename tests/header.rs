//! The header: as the code says it, clean under every compiler and standard, and as binary as it
//! promises to be.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use mpa_tests::build::{self, Library, Tool};
use mpa_tests::interface::{Interface, Pointer, Struct};
use mpa_tests::{bindings, header};

#[test]
fn the_header_and_the_bindings_are_what_the_code_says() {
    for (path, text) in bindings::files() {
        assert!(
            std::fs::read_to_string(&path).is_ok_and(|checked_in| checked_in == text),
            "{} is not what src/ffi declares; write it anew: cargo run -p mpa-tests --bin write-bindings",
            path.display()
        );
    }
}

#[test]
fn a_header_is_read_declaration_by_declaration() {
    let many = |count: usize, of: &dyn Fn(usize) -> String| (0..count).map(of).collect::<String>();
    let text = format!(
        "#define MPA_API extern\nextern \"C\" {{\n#endif\n\n/* Colours --- */\n\n/// Of a thing; red\n/// mostly.\n\
         typedef int32_t mpa_colour_kind;\n\n/// Red.\n#define MPA_COLOUR_RED (-1)\n\n#define MPA_MAX_COLOURS 7\n\n\
         typedef struct mpa_thing {{\n    /// Its\n    /// size;\n    uint32_t struct_size;\n    \
         mpa_colour_kind colour;\n    char short_name[5];\n    const char *name;\n}} mpa_thing;\n\n\
         typedef struct mpa_pair {{\n    mpa_thing things[2];\n    uint32_t last;\n}} mpa_pair;\n\n\
         /// Counts.\nMPA_API\nuint64_t mpa_count(const mpa_thing *thing,\n                   mpa_pair *pair);\n\n\
         MPA_API const char *mpa_text(void);{}{}{}\n#ifdef __cplusplus\n}}\n",
        many(8, &|i| format!("\n\nMPA_API void mpa_function_{i}(void);")),
        many(8, &|i| format!("\n\ntypedef struct mpa_s{i} {{\n    uint64_t id;\n}} mpa_s{i};")),
        many(40, &|i| format!("\n\n#define MPA_NUMBER_{i} {i}")),
    );
    let read = Interface::read(&text);

    let colour = read.enumeration("mpa_colour_kind").expect("it is declared");
    assert_eq!(colour.documentation, "Of a thing; red\nmostly.");
    let members: Vec<_> = colour.members.iter().map(|member| (member.name.as_str(), member.value)).collect();
    assert_eq!(members, [("MPA_COLOUR_RED", -1)]);
    assert_eq!((read.constants[0].name.as_str(), read.constants[0].value), ("MPA_MAX_COLOURS", 7));

    let (thing, pair) = (&read.structs[0], &read.structs[1]);
    let places: Vec<_> = thing.fields.iter().map(|field| (field.name.as_str(), field.offset, field.size)).collect();
    assert_eq!(places, [("struct_size", 0, 4), ("colour", 4, 4), ("short_name", 8, 5), ("name", 16, 8)]);
    assert_eq!(thing.fields[0].documentation, "Its\nsize;");
    assert_eq!((thing.size, pair.fields[1].offset, pair.size), (24, 48, 56));

    let count = &read.functions[0];
    assert_eq!((count.name.as_str(), count.returns.base.as_str()), ("mpa_count", "uint64_t"));
    let parameters: Vec<_> = count.parameters.iter().map(|(name, of)| (name.as_str(), of.pointer)).collect();
    assert_eq!(parameters, [("thing", Some(Pointer::ToConst)), ("pair", Some(Pointer::ToMutable))]);
    assert!(read.functions[1].parameters.is_empty() && read.functions[1].returns.pointer == Some(Pointer::ToConst));
    assert_eq!(read.inputs().map(|input| input.name.as_str()).collect::<Vec<_>>(), ["mpa_thing"]);
}

// Compilers --------------------------------------------------------------------------------------

const COMPILERS_OF_C: [Tool; 2] = [build::GCC, build::CLANG];
const COMPILERS_OF_CPP: [Tool; 2] = [build::GPP, build::CLANGPP];
const STANDARDS_OF_C: [&str; 3] = ["c99", "c11", "c17"];
const STANDARDS_OF_CPP: [&str; 3] = ["c++11", "c++17", "c++20"];

const STRICT: [&str; 4] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];
/// Beyond what is promised, and yet in use.
const STRICTER: [&str; 4] = ["-Wconversion", "-Wsign-conversion", "-Wshadow", "-Wundef"];

#[test]
fn a_user_of_everything_compiles_as_c_without_a_warning() {
    let user = format!("#include \"mpa.h\"\n#include \"mpa.h\"\n{}", user(&interface()));
    for (compiler, standard) in pairs(COMPILERS_OF_C, STANDARDS_OF_C) {
        check_syntax(compiler, standard, "c", &["-Wstrict-prototypes"], &user);
    }
}

#[test]
fn a_user_of_everything_compiles_as_cpp_without_a_warning() {
    let user = user(&interface());
    let plain = format!("#include \"mpa.h\"\n#include \"mpa.h\"\n{user}");
    // Users do this; and then both the header and the functions are C.
    let wrapped = format!("extern \"C\" {{\n#include \"mpa.h\"\n}}\n#include \"mpa.h\"\nextern \"C\" {{\n{user}}}\n");
    for (compiler, standard) in pairs(COMPILERS_OF_CPP, STANDARDS_OF_CPP) {
        for user in [&plain, &wrapped] {
            check_syntax(compiler, standard, "c++", &["-Wold-style-cast", "-Wzero-as-null-pointer-constant"], user);
        }
    }
}

#[test]
fn the_header_alone_compiles_as_c_and_cpp() {
    let alone = "#include \"mpa.h\"\nextern int not_empty;\n";
    for (compiler, standard) in pairs(COMPILERS_OF_C, STANDARDS_OF_C) {
        check_syntax(compiler, standard, "c", &["-DMPA_SHARED"], alone);
    }
    for (compiler, standard) in pairs(COMPILERS_OF_CPP, STANDARDS_OF_CPP) {
        check_syntax(compiler, standard, "c++", &["-DMPA_SHARED"], alone);
    }
}

#[test]
fn every_way_to_initialise_a_struct_is_right_in_c() {
    let source = build::source("c/initialise.c");
    for (compiler, standard) in pairs(COMPILERS_OF_C, STANDARDS_OF_C) {
        // `{ sizeof invite }` names one field of many, which is this warning's subject.
        compile_and_run(compiler, standard, &["-Wno-missing-field-initializers"], &source);
    }
    names_every_struct(&source);
}

#[test]
fn every_way_to_initialise_a_struct_is_right_in_cpp() {
    let source = with_every_struct(&build::source("cpp/header_initialise.cpp"));
    for (compiler, standard) in pairs(COMPILERS_OF_CPP, STANDARDS_OF_CPP) {
        compile_and_run(compiler, standard, &["-Wno-missing-field-initializers"], &source);
    }
    names_every_struct(&source);
}

fn pairs<const N: usize, const M: usize>(
    compilers: [Tool; N],
    standards: [&'static str; M],
) -> impl Iterator<Item = (Tool, &'static str)> {
    let found = compilers.into_iter().filter(|compiler| compiler.is_there());
    found.flat_map(move |compiler| standards.map(|standard| (compiler, standard)))
}

fn check_syntax(compiler: Tool, standard: &str, language: &str, more: &[&str], text: &str) {
    let folder = build::scratch(&format!("syntax-{}-{standard}", compiler.name));
    let file = folder.join(format!("user.{}", if language == "c" { "c" } else { "cpp" }));
    std::fs::write(&file, text).expect("the file is written");
    let mut command = strict(compiler, standard);
    command.args(STRICTER).args(more).arg("-fsyntax-only");
    build::run(command.arg(file));
}

fn compile_and_run(compiler: Tool, standard: &str, more: &[&str], source: &Path) {
    let name = source.file_stem().expect("a file has a name");
    let program = build::scratch(&format!("{}-{standard}", compiler.name)).join(name);
    let mut command = strict(compiler, standard);
    build::run(command.args(more).arg("-o").arg(&program).arg(source));
    build::run(&mut Command::new(program));
}

fn strict(compiler: Tool, standard: &str) -> Command {
    let mut command = Command::new(compiler.name);
    command.arg(format!("-std={standard}")).args(STRICT).arg("-I").arg(header::repository().join("include"));
    command
}

/// A copy of a program, whose list of structs is the header's.
fn with_every_struct(source: &Path) -> PathBuf {
    let text = std::fs::read_to_string(source).expect("the file is read");
    let (before, rest) = text.split_once("#define STRUCTS(X)").expect("there is a list");
    let (_, after) = rest.split_once("\n\n").expect("the list ends");
    let list: String = interface().sized_structs().map(|described| format!(" X({})", described.name)).collect();
    let copy = build::scratch("every-struct").join(source.file_name().expect("a file has a name"));
    std::fs::write(&copy, format!("{before}#define STRUCTS(X){list}\n\n{after}")).expect("the file is written");
    copy
}

fn names_every_struct(source: &Path) {
    let text = std::fs::read_to_string(source).expect("the file is read");
    for described in interface().sized_structs() {
        let name = &described.name;
        assert!(text.contains(&format!("X({name})")), "{name} is missing in {}", source.display());
    }
}

// Layout -----------------------------------------------------------------------------------------

#[test]
fn no_struct_has_padding_and_64_bits_are_aligned() {
    for described in interface().structs {
        let mut end = 0;
        for field in &described.fields {
            let name = format!("{}.{}", described.name, field.name);
            assert_eq!(field.offset, end, "there is padding before {name}");
            if field.size == 8 {
                assert_eq!(field.offset % 8, 0, "{name} stands at {}", field.offset);
            }
            end += field.size;
        }
        assert_eq!(described.size, end, "{} has padding at its end", described.name);
        let multiple_of_8 = described.size.is_multiple_of(8);
        assert!(multiple_of_8, "an array of {} would have holes", described.name);
    }
}

#[test]
fn every_struct_begins_with_its_size() {
    for described in interface().structs {
        let first = &described.fields[0];
        let expected = match described.name.as_str() {
            "mpa_client" | "mpa_match" => ("id", 8),
            // Only ever a part of mpa_stats, with places kept for more.
            "mpa_lane_stats" => ("submitted", 8),
            _ => ("struct_size", 4),
        };
        assert_eq!((first.name.as_str(), first.size), expected, "{}", described.name);
    }
}

/// Builds a program out of a text and returns what it prints.
fn run_generated(name: &str, text: &str, more: &[String]) -> String {
    build::GCC.needed();
    let folder = build::scratch(name);
    let source = folder.join(format!("{name}.c"));
    std::fs::write(&source, text).expect("the file is written");
    let mut command = strict(build::GCC, "c99");
    build::run(command.arg("-o").arg(folder.join(name)).arg(source).args(more));
    let output = build::run(&mut Command::new(folder.join(name)));
    String::from_utf8(output.stdout).expect("it prints text")
}

// The library's files ----------------------------------------------------------------------------

#[test]
fn the_shared_library_exports_what_the_header_declares_and_nothing_else() {
    let declared: BTreeSet<String> = interface().functions.into_iter().map(|function| function.name).collect();
    assert!(declared.iter().all(|name| name.starts_with("mpa_")), "{declared:?}");
    for library in [Library::OfTheTests, Library::Released] {
        let file = library.folder().join("libmpa.so");
        let listed = printed_by(build::NM, &["-D", "--defined-only"], &file);
        let exported: BTreeSet<String> =
            listed.lines().filter_map(|line| line.split_whitespace().last().map(str::to_owned)).collect();
        assert_eq!(exported, declared, "{}", file.display());
    }
}

#[test]
fn the_released_library_is_named_and_needs_nothing_but_the_system() {
    let file = Library::Released.folder().join("libmpa.so");
    let dynamic = printed_by(build::READELF, &["-d", "--wide"], &file);
    let of = |tag: &str| -> Vec<&str> {
        let entries = dynamic.lines().filter(|line| line.contains(&format!("({tag})")));
        entries.filter_map(|line| line.split_once('[')?.1.split_once(']')).map(|(name, _)| name).collect()
    };
    assert_eq!(of("SONAME"), ["libmpa.so"]);
    // Before glibc 2.34, some of libc's functions were in files of their own.
    let system = ["libc.so.6", "libm.so.6", "libgcc_s.so.1", "libpthread.so.0", "libdl.so.2", "librt.so.1"];
    for needed in of("NEEDED") {
        let of_the_system = system.contains(&needed) || needed.starts_with("ld-linux");
        assert!(of_the_system, "{} needs {needed}", file.display());
    }
    assert!(of("RPATH").is_empty() && of("RUNPATH").is_empty(), "{dynamic}");
    // What it leaves in threads must not outlive its code.
    assert!(dynamic.contains("NODELETE"), "{dynamic}");
    assert!(!dynamic.contains("TEXTREL"), "{dynamic}");
}

fn printed_by(tool: Tool, arguments: &[&str], file: &Path) -> String {
    tool.needed();
    let output = build::run(Command::new(tool.name).args(arguments).arg(file));
    String::from_utf8(output.stdout).expect("it prints text")
}

#[test]
fn a_program_links_with_the_shared_library() {
    run_with_library("shared", &build::link_arguments());
}

#[test]
fn a_program_links_with_the_static_library_alone() {
    for library in [Library::OfTheTests, Library::Released] {
        let file = library.folder().join("libmpa.a");
        let arguments = [file.display().to_string(), "-lpthread".to_owned(), "-ldl".to_owned(), "-lm".to_owned()];
        let program = run_with_library(&format!("static-{library:?}"), &arguments);
        let needed = printed_by(build::READELF, &["-d", "--wide"], &program);
        assert!(!needed.contains("libmpa"), "{needed}");
    }
}

/// Builds and runs `version.c`, which also compares the versions of header and library.
fn run_with_library(name: &str, arguments: &[String]) -> PathBuf {
    build::GCC.needed();
    let program = build::scratch(name).join("version");
    let mut command = strict(build::GCC, "c99");
    command.arg("-o").arg(&program).arg(build::source("c/version.c")).args(arguments);
    build::run(&mut command);
    build::run(&mut Command::new(&program));
    program
}

#[test]
fn every_status_of_the_header_has_its_name_and_a_description() {
    let interface = interface();
    let statuses = &interface.enumeration("mpa_status").expect("there are statuses").members;
    let statuses: Vec<_> = statuses.iter().map(|status| status.name.as_str()).collect();
    let mut text = "#include \"mpa.h\"\n#include <stdio.h>\nint main(void)\n{\n".to_owned();
    for name in statuses.iter().copied().chain(["-2147483647", "7"]) {
        let _ = writeln!(text, "    printf(\"%s|%s\\n\", mpa_status_name({name}), mpa_status_description({name}));");
    }
    text.push_str("    return 0;\n}\n");
    let printed = run_generated("statuses", &text, &build::link_arguments());
    let expected = statuses.iter().copied().chain(["MPA_ERROR_UNKNOWN"; 2]);
    let mut descriptions = BTreeSet::new();
    for (line, name) in printed.lines().zip(expected) {
        let (found, description) = line.split_once('|').expect("both were printed");
        assert_eq!(found, name);
        assert!(description.len() > 10 && description.ends_with('.'), "{line}");
        descriptions.insert(description);
    }
    assert_eq!(printed.lines().count(), statuses.len() + 2);
    assert_eq!(descriptions.len(), statuses.len() + 1, "two have the same description");
}

// What the header declares -----------------------------------------------------------------------

fn interface() -> Interface {
    Interface::checked_in(&header::path())
}

/// A text in C and C++ that uses all of it. It has no `#include`.
fn user(interface: &Interface) -> String {
    let mut text = String::new();
    for Struct { name, .. } in interface.sized_structs() {
        let _ = writeln!(text, "static {name} static_{name} = MPA_INITIALIZER({name});");
    }
    text.push_str("int use_everything(void);\nint use_everything(void)\n{\n    long long sum = 0;\n");
    for Struct { name, .. } in interface.sized_structs() {
        let _ = writeln!(text, "    {name} value_{name} = MPA_INIT({name});");
        let _ = writeln!(text, "    sum += value_{name}.struct_size + static_{name}.struct_size;");
    }
    for constant in interface.numbers() {
        let _ = writeln!(text, "    sum += {};", constant.name);
    }
    for function in &interface.functions {
        let _ = writeln!(text, "    (void)&{};", function.name);
    }
    text.push_str("    return sum != 0;\n}\n");
    text
}
