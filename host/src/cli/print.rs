//! Standard output that nobody has to read to the end.

use std::io::{self, ErrorKind, Write};

use super::Failure;
use crate::text::clean;

/// Says something to the user, as the last thing that a command does or as one of several.
///
/// # Errors
/// As [`print`]: the command has failed with it.
pub(super) fn say(text: &str) -> Result<(), Failure> {
    print(text).map_err(|error| Failure::Run(error.into()))
}

/// Writes lines to standard output, without what could drive a terminal: file names and guests' words are in
/// them. A reader that went away, such as `head`, is no error.
///
/// # Errors
/// Any other refusal, such as a full disk behind a redirection.
fn print(text: &str) -> io::Result<()> {
    let clean: String = text.lines().map(|line| clean(line, usize::MAX) + "\n").collect();
    let mut out = io::stdout().lock();
    match out.write_all(clean.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}
