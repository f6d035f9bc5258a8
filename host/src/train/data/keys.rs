//! Which keys a part of a run file may have.

use std::cell::Cell;

use serde::de::value::Error;
use serde::de::{Deserialize, Deserializer, Error as _, Visitor};
use serde::forward_to_deserialize_any;

/// The keys that a struct is read from, as its `Deserialize` names them.
pub(super) fn keys_of<'de, T: Deserialize<'de>>() -> &'static [&'static str] {
    let keys = Cell::new([].as_slice());
    // It is an error, for nothing is there to be read; what was asked for is what counts.
    drop(T::deserialize(Asked(&keys)));
    keys.get()
}

/// Gives nothing, and remembers what it was asked for.
struct Asked<'a>(&'a Cell<&'static [&'static str]>);

impl<'de> Deserializer<'de> for Asked<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("nothing is there"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.0.set(fields);
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    #[allow(dead_code, reason = "only its names are asked for")]
    struct Example {
        long_name: u8,
        other: String,
    }

    #[test]
    fn a_struct_names_its_keys() {
        assert_eq!(keys_of::<Example>(), ["long-name", "other"]);
        assert!(keys_of::<u8>().is_empty());
    }
}
