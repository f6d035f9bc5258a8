//! `limits` of a `[[plugin]]`: some of them, over what a plugin of its kind has.

use serde::Deserialize;

use crate::plugin::Limits;

/// The limits that a run file sets, checked, and not yet on top of others: these hang on the file.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(try_from = "toml::Table")]
pub struct LimitsTable(toml::Table);

impl TryFrom<toml::Table> for LimitsTable {
    type Error = String;

    fn try_from(table: toml::Table) -> Result<Self, String> {
        // What `Limits` says of a key is what the user reads.
        Limits::deserialize(table.clone()).map_err(|error| error.message().to_owned())?;
        Ok(LimitsTable(table))
    }
}

impl LimitsTable {
    /// These where they are given, elsewhere those.
    #[must_use]
    pub fn over(&self, others: &Limits) -> Limits {
        // Both were limits, and so is what has the keys of both.
        let Ok(mut merged) = toml::Table::try_from(others) else { return others.clone() };
        merged.extend(self.0.clone());
        Limits::deserialize(merged).unwrap_or_else(|_| others.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_counts_and_the_rest_stays() {
        let table = LimitsTable::try_from(toml::toml! { event-ms = 7 }).unwrap();
        let others = Limits { memory_mib: 3, event_ms: 5, ..Limits::default() };
        assert_eq!(table.over(&others), Limits { event_ms: 7, ..others });
        assert_eq!(LimitsTable::default().over(&Limits::default()), Limits::default());
    }

    #[test]
    fn an_unknown_limit_is_told() {
        let error = LimitsTable::try_from(toml::toml! { event-s = 7 }).unwrap_err();
        assert!(
            error.starts_with("unknown field `event-s`, expected one of `memory-mib`"),
            "{error}"
        );
    }
}
