//! The C interface as data, read from the text of `mpa.h`: what the bindings are generated from, and
//! what the tests compare with compilers.

use std::path::Path;

/// Read from a header whose form is that of `header::text`: one declaration a block.
#[derive(Debug, Default)]
pub struct Interface {
    pub enumerations: Vec<Enumeration>,
    /// The numbers that belong to no enumeration: limits, and the version.
    pub constants: Vec<Constant>,
    pub structs: Vec<Struct>,
    pub functions: Vec<Function>,
}

#[derive(Debug)]
pub struct Enumeration {
    /// `mpa_log_level`.
    pub name: String,
    pub documentation: String,
    pub members: Vec<Constant>,
}

#[derive(Debug)]
pub struct Constant {
    /// `MPA_LOG_ERROR`.
    pub name: String,
    pub value: i64,
    pub documentation: String,
}

#[derive(Debug)]
pub struct Struct {
    pub name: String,
    pub documentation: String,
    pub fields: Vec<Field>,
    pub size: usize,
    pub alignment: usize,
}

#[derive(Debug)]
pub struct Field {
    pub name: String,
    pub documentation: String,
    pub type_of: Type,
    pub offset: usize,
    pub size: usize,
}

#[derive(Debug)]
pub struct Function {
    pub name: String,
    pub documentation: String,
    pub returns: Type,
    pub parameters: Vec<(String, Type)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Type {
    /// `char` of `const char *`, `uint64_t` of `uint64_t[5]`.
    pub base: String,
    pub pointer: Option<Pointer>,
    /// Of an array: how many elements.
    pub count: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pointer {
    ToConst,
    ToMutable,
}

impl Enumeration {
    /// What the names of its members begin with: `MPA_LOG_` for `mpa_log_level`, and `MPA_JOIN_RESTRICTION_` for
    /// `mpa_join_restriction`. The one member without
    /// is `MPA_OK`.
    pub fn prefix(&self) -> String {
        if self.name == "mpa_status" {
            return "MPA_ERROR_".to_owned();
        }
        let whole = format!("{}_", self.name.to_uppercase());
        if !self.members.is_empty() && self.members.iter().all(|member| member.name.starts_with(&whole)) {
            return whole;
        }
        let first = self.name.split('_').nth(1).expect("names begin with mpa_");
        format!("MPA_{}_", first.to_uppercase())
    }

    fn has(&self, constant: &str) -> bool {
        constant.starts_with(&self.prefix()) || (self.name == "mpa_status" && constant == "MPA_OK")
    }
}

impl Struct {
    pub fn is_sized(&self) -> bool {
        self.fields[0].name == "struct_size"
    }

    /// The fields that mean something to a user.
    pub fn data_fields(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| !["struct_size", "reserved"].contains(&field.name.as_str()))
    }
}

impl Interface {
    /// Of the header that is checked in.
    pub fn checked_in(path: &Path) -> Self {
        Self::read(&std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
    }

    pub fn read(header: &str) -> Self {
        let (_, declarations) = header.split_once("extern \"C\" {\n#endif\n").expect("the declarations begin");
        let (declarations, _) = declarations.split_once("\n#ifdef __cplusplus\n}").expect("the declarations end");
        let mut interface = Self::default();
        for block in declarations.split("\n\n").map(str::trim).filter(|block| !block.is_empty()) {
            if !block.starts_with("/*") {
                let (documentation, declaration) = documented(block);
                interface.add(declaration, documentation);
            }
        }
        interface.check();
        interface
    }

    fn add(&mut self, declaration: &str, documentation: String) {
        if let Some(rest) = declaration.strip_prefix("typedef struct ") {
            self.add_struct(rest, documentation);
        } else if let Some(name) = declaration.strip_prefix("typedef int32_t ").and_then(|rest| rest.strip_suffix(';'))
        {
            self.enumerations.push(Enumeration { name: name.to_owned(), documentation, members: Vec::new() });
        } else if let Some(definition) = declaration.strip_prefix("#define ") {
            self.add_constant(definition, documentation);
        } else if let Some(prototype) = declaration.strip_prefix("MPA_API") {
            self.add_function(prototype, documentation);
        } else {
            panic!("a declaration of another form than this can read: {declaration:?}");
        }
    }

    fn add_constant(&mut self, definition: &str, documentation: String) {
        let (name, value) = definition.split_once(' ').expect("a value stands behind the name");
        let value = value.trim_matches(['(', ')']).parse();
        let value = value.unwrap_or_else(|_| panic!("not an integer: #define {definition}"));
        let constant = Constant { name: name.to_owned(), value, documentation };
        let enumeration = self.enumerations.iter_mut().find(|enumeration| enumeration.has(name));
        enumeration.map_or(&mut self.constants, |enumeration| &mut enumeration.members).push(constant);
    }

    fn add_struct(&mut self, declaration: &str, documentation: String) {
        let (name, rest) = declaration.split_once(" {\n").expect("a struct has a body");
        let (body, _) = rest.split_once(&format!("}} {name};")).expect("the body ends");
        let (mut fields, mut end, mut alignment) = (Vec::new(), 0_usize, 1);
        // A field is some lines of comment and one of code.
        for lines in body.lines().collect::<Vec<_>>().chunk_by(|line, _| line.trim().starts_with("///")) {
            let field = lines.join("\n");
            let (documentation, declaration) = documented(&field);
            let declaration = declaration.strip_suffix(';').unwrap_or_else(|| panic!("no field of {name}: {field}"));
            let (type_of, name) = declared(declaration);
            let (size, aligned_to) = self.layout(&type_of);
            let offset = end.next_multiple_of(aligned_to);
            (end, alignment) = (offset + size, alignment.max(aligned_to));
            fields.push(Field { name, documentation, type_of, offset, size });
        }
        assert!(!fields.is_empty(), "{name} has no fields");
        let size = end.next_multiple_of(alignment);
        self.structs.push(Struct { name: name.to_owned(), documentation, fields, size, alignment });
    }

    fn add_function(&mut self, prototype: &str, documentation: String) {
        let prototype = prototype.split_whitespace().collect::<Vec<_>>().join(" ");
        let (before, parameters) = prototype.split_once('(').expect("a function has parameters");
        let parameters = parameters.strip_suffix(");").expect("a prototype ends");
        let (returns, name) = declared(before);
        let parameters = parameters.split(", ").filter(|parameter| *parameter != "void").map(|parameter| {
            let (type_of, name) = declared(parameter);
            (name, type_of)
        });
        self.functions.push(Function { name, documentation, returns, parameters: parameters.collect() });
    }

    /// Size and alignment, on all the platforms that there are: 64-bit ones.
    fn layout(&self, type_of: &Type) -> (usize, usize) {
        if type_of.pointer.is_some() {
            assert!(type_of.count.is_none(), "an array of pointers: {type_of:?}");
            return (8, 8);
        }
        let (size, alignment) = match type_of.base.as_str() {
            "char" => (1, 1),
            "int32_t" | "uint32_t" => (4, 4),
            "int64_t" | "uint64_t" => (8, 8),
            name if self.enumeration(name).is_some() => (4, 4),
            name => match self.structs.iter().find(|found| found.name == name) {
                Some(found) => (found.size, found.alignment),
                None => panic!("a type that this does not know: {name}"),
            },
        };
        (size * type_of.count.unwrap_or(1), alignment)
    }

    pub fn enumeration(&self, name: &str) -> Option<&Enumeration> {
        self.enumerations.iter().find(|enumeration| enumeration.name == name)
    }

    pub fn declares(&self, name: &str) -> bool {
        self.enumeration(name).is_some()
            || self.structs.iter().any(|it| it.name == name)
            || self.functions.iter().any(|it| it.name == name)
            || self.numbers().any(|it| it.name == name)
    }

    /// All numbers of the header.
    pub fn numbers(&self) -> impl Iterator<Item = &Constant> {
        self.enumerations.iter().flat_map(|enumeration| &enumeration.members).chain(&self.constants)
    }

    pub fn sized_structs(&self) -> impl Iterator<Item = &Struct> {
        self.structs.iter().filter(|described| described.is_sized())
    }

    /// Structs that functions only read: they are filled by the caller.
    pub fn inputs(&self) -> impl Iterator<Item = &Struct> {
        self.sized_structs().filter(|described| {
            let mut parameters = self.functions.iter().flat_map(|function| &function.parameters);
            !parameters.any(|(_, of)| of.base == described.name && of.pointer == Some(Pointer::ToMutable))
        })
    }

    /// A header of another form must not pass for one that declares less.
    fn check(&self) {
        for Enumeration { name, members, .. } in &self.enumerations {
            assert!(!members.is_empty(), "{name} has no members, whose names begin with MPA_<its first word>_");
        }
        let (structs, functions) = (self.structs.len(), self.functions.len());
        assert!(structs >= 10 && functions >= 10 && self.numbers().count() >= 40, "{self:?}");
        let mut prefixes: Vec<_> = self.enumerations.iter().map(Enumeration::prefix).collect();
        prefixes.sort();
        prefixes.dedup();
        assert_eq!(prefixes.len(), self.enumerations.len(), "two enumerations have members of the same prefix");
    }
}

/// The documentation, without its slashes, and what it stands above.
fn documented(block: &str) -> (String, &str) {
    let (mut documentation, mut rest) = (Vec::new(), block.trim());
    while let Some(comment) = rest.strip_prefix("///") {
        let (line, below) = comment.split_once('\n').expect("something is declared below a comment");
        documentation.push(line.trim());
        rest = below.trim_start();
    }
    (documentation.join("\n"), rest)
}

/// The type and the name in `const char *name` or `char name[32]`.
fn declared(declaration: &str) -> (Type, String) {
    let (declaration, count) = match declaration.strip_suffix(']').and_then(|rest| rest.split_once('[')) {
        Some((before, count)) => (before, Some(count.parse().expect("the count of an array is a number"))),
        None => (declaration, None),
    };
    let (before, name) = declaration.rsplit_once([' ', '*']).expect("a type stands before the name");
    let constant = before.strip_prefix("const ");
    let base = constant.unwrap_or(before).trim().to_owned();
    let is_pointer = declaration.contains('*');
    assert!(declaration.matches('*').count() <= 1, "a pointer to a pointer: {declaration:?}");
    let pointer = is_pointer.then_some(if constant.is_some() { Pointer::ToConst } else { Pointer::ToMutable });
    (Type { base: base.trim_end_matches(['*', ' ']).to_owned(), pointer, count }, name.to_owned())
}
