//! What UnrealHeaderTool reads in a header, and as much of what it generates as compiling with the stand-ins needs.

use std::fmt::Write;

/// A class or struct that is marked for UnrealHeaderTool.
#[derive(Debug, PartialEq, Eq)]
pub struct Marked {
    /// `UCLASS`, `USTRUCT` or `UENUM`.
    pub marker: &'static str,
    pub name: String,
    /// Of a class or struct, if it has one.
    pub base: Option<String>,
    /// Whether its declaration has the export macro of the module.
    pub exported: bool,
    /// The line of its `GENERATED_BODY`, from 1.
    pub body_line: Option<usize>,
}

const MARKERS: [&str; 3] = ["UCLASS", "USTRUCT", "UENUM"];

/// All that is marked in a header, in order.
pub fn marked(header: &str) -> Vec<Marked> {
    let lines: Vec<&str> = header.lines().map(str::trim).collect();
    let starts = lines.iter().enumerate().filter_map(|(index, line)| {
        let marker =
            MARKERS.into_iter().find(|marker| line.strip_prefix(marker).is_some_and(|rest| rest.starts_with('(')))?;
        Some((index, marker))
    });
    starts.filter_map(|(index, marker)| declaration(&lines, index, marker)).collect()
}

fn declaration(lines: &[&str], index: usize, marker: &'static str) -> Option<Marked> {
    let line = lines.get(index + 1)?;
    let (head, bases) = line.split_once(" : ").unwrap_or((line, ""));
    let mut words: Vec<&str> = head.split_whitespace().collect();
    let name = words.pop()?.to_owned();
    let exported = words.last().is_some_and(|word| word.ends_with("_API"));
    let base = bases.strip_prefix("public ").map(|base| base.split(',').next().unwrap_or(base).trim().to_owned());
    // Its first line, after the brace.
    let body = lines.get(index + 3).is_some_and(|line| line.starts_with("GENERATED_BODY()"));
    Some(Marked { marker, name, base, exported, body_line: body.then_some(index + 4) })
}

/// The name of the header that is generated for `Name.h`.
pub fn generated_name(header: &str) -> String {
    format!("{}.generated.h", header.trim_end_matches(".h"))
}

/// The header that is generated for the header `name`: what `GENERATED_BODY` stands for in each of its lines. As with
/// the real one, members of a class are private after it.
pub fn generate(name: &str, header: &str) -> String {
    let id = format!("FID_{}", name.replace('.', "_"));
    let mut text = format!("#undef CURRENT_FILE_ID\n#define CURRENT_FILE_ID {id}\n");
    for item in marked(header) {
        let Some(line) = item.body_line else { continue };
        let _ = write!(text, "#define {id}_{line}_GENERATED_BODY");
        if let ("UCLASS", Some(base)) = (item.marker, &item.base) {
            let _ = write!(text, " public: using Super = {base}; using ThisClass = {}; private:", item.name);
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "\
#include \"UThing.generated.h\"

UENUM(BlueprintType)
enum class EThing : uint8
{
};

UCLASS(Config = Game)
class GAME_API UThing : public UObject
{
\tGENERATED_BODY()
};

USTRUCT()
struct FThing
{
\tint32 First;
\tGENERATED_BODY()
};
";

    #[test]
    fn what_is_marked_is_found() {
        let found = marked(HEADER);
        let names: Vec<_> =
            found.iter().map(|item| (item.marker, item.name.as_str(), item.exported, item.body_line)).collect();
        assert_eq!(names[1..], [("UCLASS", "UThing", true, Some(11)), ("USTRUCT", "FThing", false, None)]);
        assert_eq!((found[0].marker, found[1].base.as_deref()), ("UENUM", Some("UObject")));
    }

    #[test]
    fn members_are_private_after_the_generated_body_of_a_class() {
        let text = generate("Thing.h", HEADER);
        assert!(text.contains("#define CURRENT_FILE_ID FID_Thing_h\n"), "{text}");
        assert!(text.contains("FID_Thing_h_11_GENERATED_BODY public: using Super = UObject;"), "{text}");
        assert_eq!(generated_name("Thing.h"), "Thing.generated.h");
    }
}
