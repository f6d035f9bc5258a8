//! Standard output that nobody has to read to the end.

use std::io::{self, ErrorKind, Write};

/// Writes text to standard output. A reader that went away, such as `head`, is no error.
///
/// # Errors
/// Any other refusal, such as a full disk behind a redirection.
pub fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}
