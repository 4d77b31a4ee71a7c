//! What a program calls to see that a library written in Rust works beside another one.

/// Panics and catches it: 0 if that works.
#[unsafe(no_mangle)]
pub extern "C" fn other_panics() -> i32 {
    std::panic::set_hook(Box::new(|_| {}));
    let result = std::panic::catch_unwind(|| {
        let empty: Vec<i32> = Vec::new();
        empty[std::hint::black_box(3)]
    });
    drop(std::panic::take_hook());
    i32::from(result.is_ok())
}

/// The first byte of the SHA-256 of "abc", computed on another thread: 0xba.
#[unsafe(no_mangle)]
pub extern "C" fn other_digest() -> i32 {
    let digest = || i32::from(ring::digest::digest(&ring::digest::SHA256, b"abc").as_ref()[0]);
    std::thread::spawn(digest).join().unwrap_or(-1)
}
