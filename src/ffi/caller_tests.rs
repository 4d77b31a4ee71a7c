use super::*;

/// So many bytes, none of them zero, that begin so many bytes behind a multiple of eight.
fn words_and_bytes(offset: usize, length: usize) -> (Vec<u64>, Vec<u8>) {
    let words = vec![0_u64; (offset + length).div_ceil(8)];
    let bytes: Vec<u8> = (0..length).map(|byte| (byte % 251 + 1) as u8).collect();
    // SAFETY: the words are as long, and nothing else uses them.
    unsafe { Memory::new(words.as_ptr().byte_add(offset), length) }.write(0, &bytes);
    (words, bytes)
}

#[test]
fn every_byte_is_read_wherever_it_begins_and_ends() {
    for offset in 0..8 {
        for length in 0..40 {
            let (words, bytes) = words_and_bytes(offset, length);
            // SAFETY: the words are as long.
            let memory = unsafe { Memory::new(words.as_ptr().byte_add(offset), length) };
            for skipped in 0..=length.min(9) {
                let mut copy = vec![0; length - skipped];
                memory.read(skipped, &mut copy);
                assert_eq!(copy, bytes[skipped..], "{length} bytes at {offset} from {skipped} on");
            }
        }
    }
}

#[test]
fn what_is_beyond_the_memory_is_not_touched() {
    let (words, _) = words_and_bytes(0, 16);
    // SAFETY: the words are as long.
    let memory = unsafe { Memory::new(words.as_ptr(), 12) };
    let beyond: [fn(Memory); 4] = [
        |memory| memory.read(5, &mut [0; 8]),
        |memory| memory.write(13, &[]),
        |memory| memory.read(usize::MAX, &mut [0; 2]),
        |memory| memory.part(4, 8).write(1, &[0; 8]),
    ];
    for access in beyond {
        assert!(std::panic::catch_unwind(|| access(memory)).is_err());
    }
}

#[test]
fn a_text_ends_at_the_first_nul_of_its_copy() {
    let read = |text: &'static std::ffi::CStr, most| {
        // SAFETY: a `CStr` ends in NUL.
        unsafe { read_text(text.as_ptr(), most) }.map(|text| text.to_vec())
    };
    assert_eq!(read(c"", 0).unwrap(), b"");
    assert_eq!(read(c"abc", 3).unwrap(), b"abc");
    assert_eq!(read(c"abc", 2), None);
}

/// The other files get at the caller's memory through this one, so that no byte of it is read twice.
#[test]
fn no_other_file_accesses_the_memory_of_callers() {
    const RAW: [&str; 19] = [
        ".read()",
        "read_volatile",
        "write_volatile",
        "read_unaligned",
        "write_unaligned",
        "copy_nonoverlapping",
        "copy_to",
        "copy_from(",
        "ptr::copy",
        "ptr::read",
        "ptr::write",
        "write_bytes",
        "from_raw_parts",
        "from_ptr",
        "byte_add",
        ".add(",
        ".offset(",
        "strnlen",
        "transmute",
    ];
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ffi");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if name.starts_with("caller") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for (number, line) in code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            let raw = RAW.iter().find(|raw| line.contains(**raw));
            assert_eq!(raw, None, "{name}:{}: {line}", number + 1);
            // A table of the library's own.
            let is_own = name == "handles.rs" && line.contains("TABLE.load(");
            let inside = line.split_once("unsafe {").map_or("", |(_, inside)| inside.trim_start());
            let is_reference = inside.starts_with(['*', '&', '(']) || inside.contains(".as_ref()");
            assert!(is_own || !is_reference, "{name}:{}: {line}", number + 1);
        }
        seen += 1;
    }
    assert!(seen > 15, "{seen} files");
}
