//! The suite of hostile plugins: what each is made of, how it is run, and what a host must say of it.
//!
//! The lists know nothing of this host's tests, so that another host can be pointed at them: the
//! program `callbox-villains` writes all of them out, with what is expected.

mod adapters;
mod bombs;
mod control;
mod image;
mod load;
mod memory;
mod names;
mod output;
mod sections;
mod tensors;
mod time;
mod traps;
mod values;
mod wat;

use callbox::callback::Value;
use callbox::plugin::Limits;
use serde_json::{Value as Json, json};

pub use image::{About, Schedule};
pub use sections::boundaries;
pub use wat::{Wat, component};

use crate::guest;

/// A hostile plugin.
#[derive(Clone)]
pub struct Villain {
    /// Unlike all others.
    pub name: String,
    /// Where its bytes come from.
    pub source: Source,
    /// Values for its parameters.
    pub params: Vec<(String, Value)>,
    /// Limits other than the default, as a run file has them.
    pub limits: String,
    /// Powers beyond those of a stranger.
    pub grants: Vec<&'static str>,
    /// How it ends with those powers.
    pub ends: End,
    /// A piece of what the user reads first; empty where there is nothing to read.
    pub says: String,
}

/// What a villain is made of.
#[derive(Clone)]
pub enum Source {
    /// A guest in Rust, by its folder.
    Rust(&'static str),
    /// A core module in wasm's text form, completed by what it leaves out.
    Wat(Box<Wat>),
    /// A file that no compiler made.
    Bytes(Vec<u8>),
}

/// How a villain ends when it is granted what strangers are granted, and its `grants`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Its file is refused before anything of it runs.
    Refused,
    /// It is left out when it is started.
    LeftOut,
    /// It takes part, and its first fault is of this kind.
    Fault(&'static str),
    /// It takes part, and nothing that it does is a fault.
    Harmless,
}

impl Villain {
    fn new(name: impl Into<String>, source: Source) -> Villain {
        let (name, params, grants) = (name.into(), Vec::new(), Vec::new());
        let (limits, says) = (String::new(), String::new());
        Villain { name, source, params, limits, grants, ends: End::Harmless, says }
    }

    /// Of a guest in Rust.
    fn rust(name: impl Into<String>, guest: &'static str) -> Villain {
        Villain::new(name, Source::Rust(guest))
    }

    /// Of the file of its name in `guests/wat`.
    fn wat(name: &str) -> Villain {
        Villain::new(name, Source::Wat(Box::new(Wat::file(name))))
    }

    /// Of fields in wasm's text form.
    fn text(name: impl Into<String>, fields: impl Into<String>) -> Villain {
        Villain::new(name, Source::Wat(Box::new(Wat::fields(fields))))
    }

    /// Of these bytes.
    fn bytes(name: impl Into<String>, bytes: Vec<u8>) -> Villain {
        Villain::new(name, Source::Bytes(bytes))
    }

    fn with(mut self, param: &str, value: &str) -> Villain {
        self.params.push((param.to_owned(), Value::Text(value.to_owned())));
        self
    }

    fn number(mut self, param: &str, value: i64) -> Villain {
        self.params.push((param.to_owned(), Value::Integer(value)));
        self
    }

    fn list(mut self, param: &str, values: &[&str]) -> Villain {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        self.params.push((param.to_owned(), Value::Texts(values)));
        self
    }

    fn limits(mut self, limits: &str) -> Villain {
        limits.clone_into(&mut self.limits);
        self
    }

    fn granted(mut self, powers: &[&'static str]) -> Villain {
        self.grants.extend(powers);
        self
    }

    /// What it says of itself, where it is made of text.
    fn about(mut self, change: impl FnOnce(&mut About)) -> Villain {
        if let Source::Wat(wat) = &mut self.source {
            change(&mut wat.about);
        }
        self
    }

    /// What it plans, where it is made of text.
    fn plans(mut self, change: impl FnOnce(&mut Schedule)) -> Villain {
        if let Source::Wat(wat) = &mut self.source {
            change(&mut wat.schedule);
        }
        self
    }

    fn ends(mut self, ends: End, says: impl Into<String>) -> Villain {
        (self.ends, self.says) = (ends, says.into());
        self
    }

    fn refused(self, says: impl Into<String>) -> Villain {
        self.ends(End::Refused, says)
    }

    fn left_out(self, says: impl Into<String>) -> Villain {
        self.ends(End::LeftOut, says)
    }

    fn fault(self, kind: &'static str, says: impl Into<String>) -> Villain {
        self.ends(End::Fault(kind), says)
    }

    /// Its file.
    #[must_use]
    pub fn file(&self) -> Vec<u8> {
        match &self.source {
            Source::Rust(name) => std::fs::read(guest(name)).unwrap(),
            Source::Wat(wat) => wat.module(),
            Source::Bytes(bytes) => bytes.clone(),
        }
    }

    /// The limits under which it runs.
    #[must_use]
    pub fn limits_in_effect(&self) -> Limits {
        toml::from_str(&self.limits).unwrap()
    }

    /// All but its bytes, for a host in another language.
    #[must_use]
    pub fn expectation(&self) -> Json {
        let (end, kind) = match self.ends {
            End::Refused => ("refused", None),
            End::LeftOut => ("left-out", None),
            End::Fault(kind) => ("fault", Some(kind)),
            End::Harmless => ("harmless", None),
        };
        let limits: toml::Table = toml::from_str(&self.limits).unwrap();
        let param = |(name, value): &(String, Value)| (name.clone(), as_json(value));
        json!({
            "name": self.name, "file": format!("{}.wasm", self.name),
            "params": self.params.iter().map(param).collect::<serde_json::Map<_, _>>(),
            "limits": limits, "grants": self.grants, "ends": end, "kind": kind, "says": self.says,
        })
    }
}

fn as_json(value: &Value) -> Json {
    match value {
        Value::Flag(flag) => json!(flag),
        Value::Integer(n) => json!(n),
        Value::Number(x) => json!(x),
        Value::Text(text) => json!(text),
        Value::Numbers(numbers) => json!(numbers),
        Value::Texts(texts) => json!(texts),
    }
}

/// The themes, each with its villains.
#[must_use]
pub fn themes() -> Vec<(&'static str, Vec<Villain>)> {
    vec![
        ("time", time::all()),
        ("memory", memory::all()),
        ("traps", traps::all()),
        ("output", output::all()),
        ("values", values::all()),
        ("tensors", tensors::all()),
        ("names", names::all()),
        ("control", control::all()),
        ("load", load::all()),
    ]
}

/// All of one theme.
#[must_use]
pub fn theme(name: &str) -> Vec<Villain> {
    themes().into_iter().find(|(theme, _)| *theme == name).unwrap().1
}
