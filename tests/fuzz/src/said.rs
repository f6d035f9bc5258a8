//! Words and numbers: mostly those that mean something, sometimes any.

use arbitrary::{Arbitrary, Result, Unstructured};
use callbox::callback::{HyperName, POWERS};

/// One of a few known texts, or any.
#[derive(Debug, Clone)]
pub enum Text {
    /// One of those that its place knows.
    Known(u8),
    /// Any.
    Free(String),
}

impl<'a> Arbitrary<'a> for Text {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match bytes.arbitrary()? {
            known @ 0..240u8 => Text::Known(known),
            _ => Text::Free(bytes.arbitrary()?),
        })
    }
}

impl Text {
    /// The text, one of these if it is known.
    #[must_use]
    pub fn of(&self, known: &[&str]) -> String {
        match self {
            Text::Known(index) => (*pick(known, *index)).to_owned(),
            Text::Free(text) => text.clone(),
        }
    }

    /// A power of the contract, or any text.
    #[must_use]
    pub fn power(&self) -> String {
        self.of(&POWERS)
    }
}

/// Where rules change, a plain number, or any.
#[derive(Debug, Clone, Copy)]
pub enum Number {
    /// One where rules change.
    Edge(u8),
    /// From 0 to 10.
    Plain(u8),
    /// Any.
    Any(f64),
}

impl<'a> Arbitrary<'a> for Number {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match bytes.arbitrary()? {
            plain @ 0..160u8 => Number::Plain(plain),
            edge @ 160..240 => Number::Edge(edge),
            _ => Number::Any(bytes.arbitrary()?),
        })
    }
}

/// None to three of them: a list that ends by chance is mostly empty.
#[derive(Debug, Clone)]
pub struct Few<T>(pub Vec<T>);

impl<'a, T: Arbitrary<'a>> Arbitrary<'a> for Few<T> {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        let length = bytes.arbitrary::<u8>()? % 4;
        (0..length).map(|_| bytes.arbitrary()).collect::<Result<_>>().map(Few)
    }
}

const EDGES: [f64; 16] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    0.1,
    10.0,
    1e-9,
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::MAX,
    f64::MIN_POSITIVE,
    f32::MAX as f64,
    1.0 - f64::EPSILON / 2.0,
    1e300,
];

impl Number {
    /// The number.
    #[must_use]
    pub fn value(self) -> f64 {
        match self {
            Number::Edge(index) => *pick(&EDGES, index),
            Number::Plain(sixteenths) => f64::from(sixteenths) / 16.0,
            Number::Any(value) => value,
        }
    }
}

/// Every index means one of them.
#[must_use]
pub fn pick<T>(all: &[T], index: u8) -> &T {
    &all[usize::from(index) % all.len()]
}

/// A hyper-parameter.
#[must_use]
pub fn hyper(index: u8) -> HyperName {
    *pick(&HyperName::ALL, index)
}

/// Their values.
#[must_use]
pub fn numbers(all: &[Number]) -> Vec<f64> {
    all.iter().map(|number| number.value()).collect()
}

/// Their texts, known ones among these.
#[must_use]
pub fn texts(all: &[Text], known: &[&str]) -> Vec<String> {
    all.iter().map(|text| text.of(known)).collect()
}
