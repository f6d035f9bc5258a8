//! Journals to compare with: what a plugin did in a play, line by line.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::callback::LogLevel;
use crate::trace::Line;

/// The lines that count: what a plugin only logs at debug does not.
pub(super) fn journal(lines: &[Line]) -> String {
    let counts = |line: &&Line| !matches!(line, Line::Log { level: LogLevel::Debug, .. });
    lines.iter().filter(counts).map(|line| line.to_text() + "\n").collect()
}

/// How a journal compares with the one that was expected.
pub(super) enum Verdict {
    /// Line by line the same.
    Same,
    /// The expected one was written or replaced.
    Blessed,
    /// What differs, for a person.
    Differs(String),
}

/// Compares with a file, or writes it.
///
/// # Errors
/// A file that cannot be read or written.
pub(super) fn compare(journal: &str, file: &Path, bless: bool) -> Result<Verdict> {
    if bless {
        fs::write(file, journal).with_context(|| format!("cannot write {}", file.display()))?;
        return Ok(Verdict::Blessed);
    }
    let expected = fs::read_to_string(file).with_context(|| {
        format!("cannot read {}; --bless writes what the plugin does now", file.display())
    })?;
    match first_difference(&expected, journal) {
        None => Ok(Verdict::Same),
        Some(difference) => Ok(Verdict::Differs(difference)),
    }
}

/// The first line that is not the same in both, with its number.
pub(super) fn first_difference(expected: &str, found: &str) -> Option<String> {
    let (mut expected, mut found) = (expected.lines(), found.lines());
    for number in 1.. {
        match (expected.next(), found.next()) {
            (None, None) => return None,
            (a, b) if a == b => {}
            (a, b) => {
                let (a, b) = (a.unwrap_or("nothing more"), b.unwrap_or("nothing more"));
                return Some(format!("line {number}\n  expected  {a}\n  found     {b}"));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_shown_with_its_line() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        let difference = first_difference("a\nb\n", "a\nc\n").unwrap();
        assert_eq!(difference, "line 2\n  expected  b\n  found     c");
        let difference = first_difference("a\n", "a\nc\n").unwrap();
        assert_eq!(difference, "line 2\n  expected  nothing more\n  found     c");
    }
}
