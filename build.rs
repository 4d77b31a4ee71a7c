//! Gives the shared library its name, and keeps it loaded.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    match std::env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("linux") => {
            // Engines stage one plain file: the name it was linked by is the name it is loaded by.
            println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libmpa.so");
            // Rust's thread-local destructors must not outlive the code they are in.
            println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
        }
        Ok("macos") => println!("cargo::rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libmpa.dylib"),
        _ => {}
    }
}
