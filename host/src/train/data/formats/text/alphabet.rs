//! Which characters a text has, and their numbers.

use std::collections::BTreeSet;

/// The characters of a training part, sorted, and what becomes of others.
#[derive(Debug)]
pub(super) struct Alphabet {
    characters: Vec<char>,
    /// By code point, up to the last one that is known: its number, and `u32::MAX` where it has none.
    numbers: Vec<u32>,
    /// The number of all characters that are not known.
    rest: Option<u32>,
}

const NONE: u32 = u32::MAX;

impl Alphabet {
    /// Of these characters; with `maps`, one token more stands for all others.
    pub(super) fn new(known: BTreeSet<char>, maps: bool) -> Self {
        let characters: Vec<char> = known.into_iter().collect();
        let mut numbers = vec![NONE; characters.last().map_or(0, |&last| last as usize + 1)];
        let mut next = 0;
        for &character in &characters {
            numbers[character as usize] = next;
            next += 1;
        }
        Self { characters, numbers, rest: maps.then_some(next) }
    }

    /// The number of a character; `None`: it is not known, and there is none for such.
    pub(super) fn number(&self, code_point: u32) -> Option<u32> {
        let place = usize::try_from(code_point).ok();
        let number = place.and_then(|place| self.numbers.get(place)).copied();
        number.filter(|&number| number != NONE).or(self.rest)
    }

    /// How many tokens there are.
    pub(super) fn len(&self) -> usize {
        self.characters.len() + usize::from(self.rest.is_some())
    }

    /// What the tokens stand for.
    pub(super) fn names(&self) -> Vec<String> {
        let names = self.characters.iter().map(char::to_string);
        names.chain(self.rest.map(|_| "(unknown)".to_owned())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_have_their_numbers_in_order() {
        let known = || "b🦀aä".chars().collect();
        let numbers = |alphabet: &Alphabet| {
            "abä🦀c\u{10ffff}".chars().map(|one| alphabet.number(one as u32)).collect::<Vec<_>>()
        };
        let (strict, maps) = (Alphabet::new(known(), false), Alphabet::new(known(), true));
        assert_eq!(numbers(&strict), [Some(0), Some(1), Some(2), Some(3), None, None]);
        assert_eq!(numbers(&maps), [0, 1, 2, 3, 4, 4].map(Some));
        assert_eq!((strict.len(), maps.len()), (4, 5));
        assert_eq!(maps.names(), ["a", "b", "ä", "🦀", "(unknown)"]);
    }
}
