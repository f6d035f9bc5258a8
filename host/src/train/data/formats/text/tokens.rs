//! A text as numbers.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use super::super::file::{read_at_most, shown};
use super::super::too_large;
use super::{TextConfig, Unit, Unknown};
use crate::train::data::DataError;
use crate::train::data::parts::{Shares, Sizes};

/// All tokens of a text.
#[derive(Debug)]
pub(super) struct Tokens {
    held: Held,
    /// How many different ones there are.
    pub(super) vocabulary: usize,
    /// The characters, by number.
    characters: Vec<char>,
}

/// As small as they can be held.
#[derive(Debug)]
enum Held {
    Bytes(Vec<u8>),
    Numbers(Vec<u32>),
}

/// A file's text.
struct Text<'a> {
    path: &'a Path,
    text: String,
}

impl Tokens {
    /// Reads the files, and says how many tokens each part has.
    pub(super) fn read(
        paths: &[PathBuf],
        config: &TextConfig,
        shares: Shares,
    ) -> Result<(Self, Sizes), DataError> {
        let most = config.memory_mib.saturating_mul(1 << 20);
        let (mut files, mut taken) = (Vec::new(), 0_u64);
        for path in paths {
            let bytes = read_at_most(most.saturating_add(1), path)?;
            taken = taken.saturating_add(bytes.len() as u64);
            check_size(path, taken, config.memory_mib)?;
            files.push((path.as_path(), bytes));
        }
        match config.unit {
            Unit::Bytes => {
                let bytes = files.into_iter().flat_map(|(_, bytes)| bytes).collect::<Vec<u8>>();
                let sizes = shares.sizes(bytes.len())?;
                let held = Held::Bytes(bytes);
                Ok((Self { held, vocabulary: 256, characters: Vec::new() }, sizes))
            }
            Unit::Characters => {
                let texts = files.into_iter().map(|(path, bytes)| Text::new(path, bytes));
                let texts: Vec<Text<'_>> = texts.collect::<Result<_, _>>()?;
                let count = texts.iter().map(|file| file.text.chars().count()).sum::<usize>();
                if let Some(last) = texts.last() {
                    check_size(last.path, 4 * count as u64, config.memory_mib)?;
                }
                let sizes = shares.sizes(count)?;
                Ok((Self::of_characters(&texts, sizes.train, config.unknown)?, sizes))
            }
        }
    }

    /// Numbers for the characters of the first so many.
    fn of_characters(
        texts: &[Text<'_>],
        training: usize,
        unknown: Unknown,
    ) -> Result<Self, DataError> {
        let all = || texts.iter().flat_map(|file| file.text.chars());
        let known: BTreeSet<char> = all().take(training).collect();
        let characters: Vec<char> = known.into_iter().collect();
        let numbers: HashMap<char, u32> = characters.iter().copied().zip(0..).collect();
        let last = u32::try_from(characters.len()).unwrap_or(u32::MAX);
        let token = |character| match (numbers.get(&character), unknown) {
            (Some(&number), _) => Some(number),
            (None, Unknown::Map) => Some(last),
            (None, Unknown::Error) => None,
        };
        let held: Option<Vec<u32>> = all().map(token).collect();
        let Some(held) = held else { return Err(first_unknown(texts, &numbers)) };
        let vocabulary = characters.len() + usize::from(unknown == Unknown::Map);
        Ok(Self { held: Held::Numbers(held), vocabulary, characters })
    }

    /// What the tokens stand for; empty for bytes.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.characters.iter().map(char::to_string).collect();
        if self.vocabulary > names.len() && !names.is_empty() {
            names.push("(unknown)".to_owned());
        }
        names
    }

    /// Adds so many tokens from a place on.
    pub(super) fn extend(&self, to: &mut Vec<i64>, from: usize, count: usize) {
        match &self.held {
            Held::Bytes(bytes) => {
                to.extend(bytes[from..][..count].iter().map(|&byte| i64::from(byte)))
            }
            Held::Numbers(numbers) => {
                to.extend(numbers[from..][..count].iter().map(|&number| i64::from(number)));
            }
        }
    }
}

impl<'a> Text<'a> {
    fn new(path: &'a Path, bytes: Vec<u8>) -> Result<Self, DataError> {
        let text = String::from_utf8(bytes).map_err(|error| {
            let (at, bytes) = (error.utf8_error().valid_up_to(), error.as_bytes());
            let line = 1 + bytes[..at].iter().filter(|&&byte| byte == b'\n').count();
            DataError::Byte {
                file: shown(path),
                byte: at as u64,
                expected: "text in UTF-8 (unit = \"bytes\" takes any file)".to_owned(),
                found: format!("the byte {:02x} in line {line}", bytes[at]),
            }
        })?;
        Ok(Self { path, text })
    }
}

fn check_size(path: &Path, takes: u64, memory_mib: u64) -> Result<(), DataError> {
    if takes <= memory_mib.saturating_mul(1 << 20) {
        return Ok(());
    }
    Err(too_large(&shown(path), takes, memory_mib, "give a smaller part of the text"))
}

fn first_unknown(texts: &[Text<'_>], known: &HashMap<char, u32>) -> DataError {
    let place = texts.iter().find_map(|file| {
        let (at, character) = file.text.char_indices().find(|(_, one)| !known.contains_key(one))?;
        let line = 1 + file.text[..at].matches('\n').count();
        Some(format!("{}, line {line}: the character {character:?}", shown(file.path)))
    });
    DataError::Settings(format!(
        "{} is not in the training part of the text; set unknown = \"map\", or unit = \"bytes\"",
        place.unwrap_or_default()
    ))
}
