//! Parameters, declared once: a struct whose fields are what the user may set.
//!
//! ```
//! use callbox_sdk::params;
//!
//! params! {
//!     /// What the user may set.
//!     pub struct Params {
//!         /// Epochs without improvement to put up with.
//!         patience: u32 = 3;
//!         /// Highest learning rate.
//!         lr_max: f64 = 0.01, min 0.0, max 10.0;
//!         /// Which direction is better.
//!         mode: String = "auto", choices ["auto", "min", "max"];
//!     }
//! }
//!
//! assert_eq!(Params { patience: 1, ..Params::default() }.lr_max, 0.01);
//! ```
//!
//! In the run file they are called `patience`, `lr-max` and `mode`. The host checks type and bounds
//! before the plugin sees a value.

use crate::types::{Param, Setting, Value};

/// A type that a parameter can have.
pub trait Parameter: Sized {
    /// How a default is written in [`params!`](crate::params!).
    type Written;
    /// Least value, where the type has one.
    const LEAST: Option<f64> = None;
    /// Greatest value, where the type has one.
    const GREATEST: Option<f64> = None;

    /// A default as the parameter's type.
    fn written(default: Self::Written) -> Self;
    /// As the contract carries it.
    fn into_value(self) -> Value;
    /// From what the contract carries; `None` where the type is another.
    fn from_value(value: &Value) -> Option<Self>;
}

/// A set of parameters: what [`params!`](crate::params!) makes, or `()`.
pub trait Parameters: Sized {
    /// As the descriptor lists them.
    fn declare() -> Vec<Param>;
    /// The user's settings, and defaults for the rest.
    ///
    /// # Errors
    /// A sentence about a setting of another name or type; the host checks both before.
    fn read(settings: &[Setting]) -> Result<Self, String>;
}

impl Parameters for () {
    fn declare() -> Vec<Param> {
        Vec::new()
    }

    fn read(settings: &[Setting]) -> Result<Self, String> {
        settings.first().map_or(Ok(()), |setting| Err(unknown(setting)))
    }
}

/// Declares a struct of parameters: its fields, their documentation, defaults and bounds.
/// See the [module](mod@crate::params).
#[macro_export]
macro_rules! params {
    (
        $(#[$outer:meta])*
        $vis:vis struct $name:ident {
            $(
                $(#[doc = $doc:literal])+
                $field:ident: $type:ty = $default:expr
                $(, min $min:expr)? $(, max $max:expr)? $(, choices $choices:expr)?;
            )*
        }
    ) => {
        $(#[$outer])*
        #[derive(Clone, Debug, PartialEq)]
        $vis struct $name {
            $($(#[doc = $doc])+ $vis $field: $type,)*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: <$type as $crate::params::Parameter>::written($default),)* }
            }
        }

        impl $crate::params::Parameters for $name {
            fn declare() -> Vec<$crate::types::Param> {
                let defaults = Self::default();
                vec![$(
                    $crate::params::param(stringify!($field), concat!($($doc),+), defaults.$field)
                        $(.at_least(f64::from($min)))?
                        $(.at_most(f64::from($max)))?
                        $(.one_of(&$choices))?,
                )*]
            }

            fn read(settings: &[$crate::types::Setting]) -> Result<Self, String> {
                let mut params = Self::default();
                for setting in settings {
                    $(if $crate::params::is_named(setting, stringify!($field)) {
                        params.$field = $crate::params::value(setting)?;
                        continue;
                    })*
                    return Err($crate::params::unknown(setting));
                }
                Ok(params)
            }
        }
    };
}

impl Param {
    /// With a least value, inclusive.
    #[must_use]
    pub fn at_least(mut self, min: f64) -> Self {
        self.min = Some(min);
        self
    }

    /// With a greatest value, inclusive.
    #[must_use]
    pub fn at_most(mut self, max: f64) -> Self {
        self.max = Some(max);
        self
    }

    /// With these texts only.
    #[must_use]
    pub fn one_of(mut self, choices: &[&str]) -> Self {
        self.choices = choices.iter().map(|&choice| choice.to_owned()).collect();
        self
    }
}

#[doc(hidden)]
pub fn param<T: Parameter>(field: &str, doc: &str, default: T) -> Param {
    declared(field, doc, default.into_value(), [T::LEAST, T::GREATEST])
}

/// Not generic, and called: a copy per type and field would be a fiftieth of a plugin. The same
/// goes for the next ones.
#[inline(never)]
fn declared(field: &str, doc: &str, default: Value, [min, max]: [Option<f64>; 2]) -> Param {
    Param {
        name: field.replace('_', "-"),
        // As `rustc` gives it, with the space after the slashes; `trim` is larger than all of this.
        doc: doc.strip_prefix(' ').unwrap_or(doc).to_owned(),
        default,
        min,
        max,
        choices: Vec::new(),
    }
}

#[doc(hidden)]
#[must_use]
#[inline(never)]
pub fn is_named(setting: &Setting, field: &str) -> bool {
    let kebab = field.bytes().map(|byte| if byte == b'_' { b'-' } else { byte });
    setting.name.bytes().eq(kebab)
}

#[doc(hidden)]
pub fn value<T: Parameter>(setting: &Setting) -> Result<T, String> {
    T::from_value(&setting.value).ok_or_else(|| misfit(setting))
}

#[inline(never)]
fn misfit(setting: &Setting) -> String {
    format!("parameter `{}` cannot be {}", setting.name, kind(&setting.value))
}

/// By words: `Debug` for numbers and texts would make every plugin a fifth larger.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Flag(_) => "a flag",
        Value::Integer(_) => "this integer",
        Value::Number(_) => "a number",
        Value::Text(_) => "a text",
        Value::Numbers(_) => "a list of numbers",
        Value::Texts(_) => "a list of texts",
    }
}

#[doc(hidden)]
#[must_use]
pub fn unknown(setting: &Setting) -> String {
    format!("there is no parameter `{}`", setting.name)
}

impl Parameter for bool {
    type Written = Self;

    fn written(default: Self) -> Self {
        default
    }

    fn into_value(self) -> Value {
        Value::Flag(self)
    }

    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Flag(flag) = value { Some(*flag) } else { None }
    }
}

impl Parameter for i64 {
    type Written = Self;

    fn written(default: Self) -> Self {
        default
    }

    fn into_value(self) -> Value {
        Value::Integer(self)
    }

    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Integer(integer) = value { Some(*integer) } else { None }
    }
}

impl Parameter for u32 {
    type Written = Self;
    const LEAST: Option<f64> = Some(0.0);
    const GREATEST: Option<f64> = Some(Self::MAX as f64);

    fn written(default: Self) -> Self {
        default
    }

    fn into_value(self) -> Value {
        Value::Integer(i64::from(self))
    }

    fn from_value(value: &Value) -> Option<Self> {
        i64::from_value(value)?.try_into().ok()
    }
}

impl Parameter for f64 {
    type Written = Self;

    fn written(default: Self) -> Self {
        default
    }

    fn into_value(self) -> Value {
        Value::Number(self)
    }

    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Number(number) = value { Some(*number) } else { None }
    }
}

impl Parameter for String {
    type Written = &'static str;

    fn written(default: &'static str) -> Self {
        default.to_owned()
    }

    fn into_value(self) -> Value {
        Value::Text(self)
    }

    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Text(text) = value { Some(text.clone()) } else { None }
    }
}

impl Parameter for Vec<f64> {
    type Written = &'static [f64];

    fn written(default: &'static [f64]) -> Self {
        default.to_vec()
    }

    fn into_value(self) -> Value {
        Value::Numbers(self)
    }

    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Numbers(numbers) = value { Some(numbers.clone()) } else { None }
    }
}

impl Parameter for Vec<String> {
    type Written = &'static [&'static str];

    fn written(default: &'static [&'static str]) -> Self {
        default.iter().map(|&text| text.to_owned()).collect()
    }

    fn into_value(self) -> Value {
        Value::Texts(self)
    }

    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Texts(texts) = value { Some(texts.clone()) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    params! {
        /// One of each type.
        struct Sample {
            /// On or off.
            on: bool = true;
            /// A whole number,
            /// with a sign.
            shift: i64 = -2, min -5, max 5;
            /// A count.
            patience: u32 = 3;
            /// A number.
            lr_max: f64 = 0.01, min 0.0;
            /// A choice.
            mode: String = "auto", choices ["auto", "min"];
            /// Numbers.
            steps: Vec<f64> = &[0.5, 0.75];
            /// Texts.
            names: Vec<String> = &["a", "b"];
        }
    }

    fn set(name: &str, value: Value) -> Vec<Setting> {
        vec![Setting { name: name.to_owned(), value }]
    }

    #[test]
    fn a_declaration_says_it_all() {
        let params = Sample::declare();

        let names: Vec<_> = params.iter().map(|param| param.name.as_str()).collect();
        assert_eq!(names, ["on", "shift", "patience", "lr-max", "mode", "steps", "names"]);
        assert_eq!(params[1].doc, "A whole number, with a sign.");
        assert_eq!((params[1].min, params[1].max), (Some(-5.0), Some(5.0)));
        assert_eq!((params[2].min, params[2].max), (Some(0.0), Some(4_294_967_295.0)));
        assert_eq!(params[3].default, Value::Number(0.01));
        assert_eq!(params[4].choices, ["auto", "min"]);
    }

    #[test]
    fn what_is_set_replaces_the_default() {
        let params = Sample::read(&set("lr-max", Value::Number(0.5))).expect("a known name");

        assert_eq!(params, Sample { lr_max: 0.5, ..Sample::default() });
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let refusal = Sample::read(&set("lr_max", Value::Number(0.5)));
        assert_eq!(refusal, Err("there is no parameter `lr_max`".to_owned()));
        let refusal = Sample::read(&set("patience", Value::Integer(-1)));
        assert_eq!(refusal, Err("parameter `patience` cannot be this integer".to_owned()));
        assert!(<()>::read(&set("any", Value::Flag(true))).is_err());
    }
}
