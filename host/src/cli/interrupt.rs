//! Ctrl-C.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result};
use signal_hook::consts::TERM_SIGNALS;
use signal_hook::flag;

/// The first Ctrl-C sets the flag, which stops a run after the batch; the second one ends the
/// process where it is, without clean-up that libtorch's threads could fall over.
///
/// # Errors
/// A system that lets nobody listen.
pub(super) fn listen(flag: &Arc<AtomicBool>) -> Result<()> {
    for signal in TERM_SIGNALS {
        flag::register_conditional_shutdown(*signal, 130, Arc::clone(flag))
            .and_then(|_| flag::register(*signal, Arc::clone(flag)))
            .context("cannot listen for Ctrl-C")?;
    }
    Ok(())
}
