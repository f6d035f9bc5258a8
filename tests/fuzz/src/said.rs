//! Words and numbers: mostly those that mean something, sometimes any.

use arbitrary::Arbitrary;
use callbox::callback::{HyperName, POWERS};

/// One of a few known texts, or any.
#[derive(Arbitrary, Debug, Clone)]
pub enum Text {
    Known(u8),
    Free(String),
}

impl Text {
    #[must_use]
    pub fn of(&self, known: &[&str]) -> String {
        match self {
            Text::Known(index) => (*pick(known, *index)).to_owned(),
            Text::Free(text) => text.clone(),
        }
    }

    #[must_use]
    pub fn power(&self) -> String {
        self.of(&POWERS)
    }
}

/// Where rules change, a plain number, or any.
#[derive(Arbitrary, Debug, Clone, Copy)]
pub enum Number {
    Edge(u8),
    Plain(i8),
    Any(f64),
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

#[must_use]
pub fn hyper(index: u8) -> HyperName {
    *pick(&HyperName::ALL, index)
}

#[must_use]
pub fn numbers(all: &[Number]) -> Vec<f64> {
    all.iter().map(|number| number.value()).collect()
}

#[must_use]
pub fn texts(all: &[Text], known: &[&str]) -> Vec<String> {
    all.iter().map(|text| text.of(known)).collect()
}
