//! The library stays loaded to the end of the process, also where its host lets go of it: a thread of it may outlive
//! the last client, if the system takes long to resolve a name. On Linux the linker sees to that (`build.rs`).

#[cfg(windows)]
pub fn stay() {
    use std::ffi::c_void;
    use std::sync::Once;

    // Of libloaderapi.h.
    const PIN: u32 = 1;
    const FROM_ADDRESS: u32 = 4;
    unsafe extern "system" {
        fn GetModuleHandleExW(flags: u32, address: *const c_void, module: *mut *mut c_void) -> i32;
    }

    static STAYING: Once = Once::new();
    STAYING.call_once(|| {
        let mut module = std::ptr::null_mut();
        // SAFETY: with this flag, the second argument is any address within the library. The third one is written.
        let stays = unsafe { GetModuleHandleExW(PIN | FROM_ADDRESS, (&raw const STAYING).cast(), &mut module) };
        debug_assert_ne!(stays, 0);
    });
}

#[cfg(not(windows))]
pub fn stay() {}
