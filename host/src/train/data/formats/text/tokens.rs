//! A text as numbers.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::super::file::{open, shown, size, unreadable};
use super::super::kept::Kept;
use super::alphabet::Alphabet;
use super::characters::pieces;
use super::{TextConfig, Unit, Unknown};
use crate::train::data::DataError;
use crate::train::data::parts::{Shares, Sizes};

/// Files are read so many bytes at a time, and looked through so many characters at a time.
const AT_ONCE: u64 = 1 << 18;

/// Bytes of a code point, the lowest first.
const WIDTH: u64 = 4;

/// All tokens of a text.
#[derive(Debug)]
pub(super) struct Tokens {
    /// Bytes, or code points.
    kept: Kept,
    /// The numbers of characters; `None`: bytes are numbers.
    alphabet: Option<Alphabet>,
}

/// A file's characters among those of all files.
struct Text<'a> {
    path: &'a Path,
    /// How many lie in the files before it.
    from: u64,
}

impl Tokens {
    /// Reads the files, and says how many tokens each part has.
    ///
    /// # Errors
    /// What cannot be read, is no text, leaves nothing to train on, or has a character that the
    /// training part lacks; no room on disk.
    pub(super) fn read(
        paths: &[PathBuf],
        config: &TextConfig,
        shares: Shares,
    ) -> Result<(Self, Sizes), DataError> {
        // A file that is not there is told before the others are read.
        paths.iter().try_for_each(|path| size(path).map(drop))?;
        let mut kept = Kept::new(config.memory_mib);
        match config.unit {
            Unit::Bytes => {
                paths.iter().try_for_each(|path| push_bytes(path, &mut kept))?;
                let sizes = shares.sizes(length(kept.len()))?;
                Ok((Self { kept, alphabet: None }, sizes))
            }
            Unit::Characters => {
                let mut texts = Vec::new();
                for path in paths {
                    texts.push(Text { path, from: kept.len() / WIDTH });
                    push_characters(path, &mut kept)?;
                }
                let sizes = shares.sizes(length(kept.len() / WIDTH))?;
                let known = known(&kept, sizes.train as u64)?;
                let alphabet = Alphabet::new(known, config.unknown == Unknown::Map);
                if config.unknown == Unknown::Error {
                    check_known(&kept, &alphabet, &texts, sizes.train as u64)?;
                }
                Ok((Self { kept, alphabet: Some(alphabet) }, sizes))
            }
        }
    }

    /// How many different ones there are.
    pub(super) fn vocabulary(&self) -> usize {
        self.alphabet.as_ref().map_or(256, Alphabet::len)
    }

    /// What the tokens stand for; empty for bytes.
    pub(super) fn names(&self) -> Vec<String> {
        self.alphabet.as_ref().map_or(Vec::new(), Alphabet::names)
    }

    /// So many tokens from a place on.
    ///
    /// # Errors
    /// Fewer than that, or a disk that does not give them back.
    pub(super) fn cut(&self, from: usize, count: usize) -> Result<Vec<i64>, DataError> {
        match &self.alphabet {
            None => {
                let mut bytes = vec![0; count];
                self.kept.read(from as u64, &mut bytes)?;
                Ok(bytes.into_iter().map(i64::from).collect())
            }
            Some(alphabet) => {
                let code_points = code_points(&self.kept, from as u64, count)?;
                // Each has one: that was seen when they were read.
                let number = |code_point| alphabet.number(code_point).unwrap_or_default();
                Ok(code_points.into_iter().map(|code_point| number(code_point).into()).collect())
            }
        }
    }
}

fn push_bytes(path: &Path, kept: &mut Kept) -> Result<(), DataError> {
    let mut file = open(path)?;
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        let read = file.by_ref().take(AT_ONCE).read_to_end(&mut bytes);
        if read.map_err(|error| unreadable(path, &error))? == 0 {
            return Ok(());
        }
        kept.push(&bytes)?;
    }
}

fn push_characters(path: &Path, kept: &mut Kept) -> Result<(), DataError> {
    pieces(path, AT_ONCE, |text| {
        let bytes: Vec<u8> = text.chars().flat_map(|one| (one as u32).to_le_bytes()).collect();
        kept.push(&bytes)
    })
}

/// So many code points from a place on.
fn code_points(kept: &Kept, from: u64, count: usize) -> Result<Vec<u32>, DataError> {
    let mut bytes = vec![0; count.saturating_mul(4)];
    kept.read(from.saturating_mul(WIDTH), &mut bytes)?;
    let (each, _) = bytes.as_chunks();
    Ok(each.iter().map(|&bytes| u32::from_le_bytes(bytes)).collect())
}

/// Looks through the characters from a place to before another, with the place of each first one.
fn look_through(
    kept: &Kept,
    from: u64,
    until: u64,
    mut each: impl FnMut(u64, &[u32]) -> Result<(), DataError>,
) -> Result<(), DataError> {
    let mut at = from;
    while at < until {
        let count = AT_ONCE.min(until - at);
        each(at, &code_points(kept, at, length(count))?)?;
        at += count;
    }
    Ok(())
}

/// The characters of the first so many.
fn known(kept: &Kept, training: u64) -> Result<BTreeSet<char>, DataError> {
    let mut known = BTreeSet::new();
    look_through(kept, 0, training, |_, code_points| {
        known.extend(code_points.iter().copied().filter_map(char::from_u32));
        Ok(())
    })?;
    Ok(known)
}

/// All characters after the training part have a number.
fn check_known(
    kept: &Kept,
    alphabet: &Alphabet,
    texts: &[Text<'_>],
    training: u64,
) -> Result<(), DataError> {
    look_through(kept, training, kept.len() / WIDTH, |at, code_points| {
        let unknown = code_points.iter().position(|&one| alphabet.number(one).is_none());
        let Some(unknown) = unknown else { return Ok(()) };
        Err(not_in_training(kept, texts, at + unknown as u64, code_points[unknown])?)
    })
}

/// Names the character at this place.
fn not_in_training(
    kept: &Kept,
    texts: &[Text<'_>],
    at: u64,
    code_point: u32,
) -> Result<DataError, DataError> {
    let text = texts.iter().rev().find(|text| text.from <= at);
    let mut line = 1;
    look_through(kept, text.map_or(at, |text| text.from), at, |_, code_points| {
        line += code_points.iter().filter(|&&one| one == u32::from(b'\n')).count();
        Ok(())
    })?;
    let file = text.map_or(String::new(), |text| shown(text.path));
    let character = char::from_u32(code_point).unwrap_or_default();
    Ok(DataError::Settings(format!(
        "{file}, line {line}: the character {character:?} is not in the training part of the text; \
         set unknown = \"map\", or unit = \"bytes\""
    )))
}

/// As many as can be counted in memory.
fn length(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
