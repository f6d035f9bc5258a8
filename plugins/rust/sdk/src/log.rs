//! The plugin's log, shown with its name. Natively, in tests, lines go to standard error.
//!
//! Four macros take what `format!` takes: `log::debug!`, `log::info!`, `log::warn!` and
//! `log::error!`.

pub use crate::bindings::callbox::plugin::log::Level;
#[doc(inline)]
pub use crate::{__debug as debug, __error as error, __info as info, __warn as warn};

/// Writes one line; the macros read better.
pub fn write(level: Level, message: &str) {
    #[cfg(target_arch = "wasm32")]
    crate::bindings::callbox::plugin::log::write(level, message);
    #[cfg(not(target_arch = "wasm32"))]
    eprintln!("{level:?}: {message}");
}

/// Shown when the user asks for it.
#[doc(hidden)]
#[macro_export]
macro_rules! __debug {
    ($($text:tt)+) => { $crate::log::write($crate::log::Level::Debug, &format!($($text)+)) };
}

/// Worth a line in the run's log.
#[doc(hidden)]
#[macro_export]
macro_rules! __info {
    ($($text:tt)+) => { $crate::log::write($crate::log::Level::Info, &format!($($text)+)) };
}

/// The user should look at it.
#[doc(hidden)]
#[macro_export]
macro_rules! __warn {
    ($($text:tt)+) => { $crate::log::write($crate::log::Level::Warn, &format!($($text)+)) };
}

/// The plugin could not do its work.
#[doc(hidden)]
#[macro_export]
macro_rules! __error {
    ($($text:tt)+) => { $crate::log::write($crate::log::Level::Error, &format!($($text)+)) };
}
