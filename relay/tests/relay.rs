//! The relay as a process of its own, between the emulator and servers that use the library.

#![allow(clippy::expect_used, clippy::unwrap_used)]

mod relay {
    mod access;
    mod fleet;
    mod forwarding;
    #[cfg(unix)]
    mod lifecycle;
    mod limits;
    #[cfg(unix)]
    mod quickstart;
    mod random_faults;
    #[cfg(unix)]
    mod store;
    mod tls;
    mod truth;
}
