//! Another library that is written in Rust, as a program may have besides mpa.

#[unsafe(no_mangle)]
pub extern "C" fn other_catches_a_panic() -> bool {
    std::panic::set_hook(Box::new(|_| ()));
    std::panic::catch_unwind(|| {
        let numbers: Vec<usize> = std::env::args().map(|argument| argument.len()).collect();
        numbers[numbers.len()]
    })
    .is_err()
}
