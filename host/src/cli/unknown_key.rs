//! serde's words for a mistyped key, with the key that was most likely meant.

use crate::nearest::nearest;

/// Keys of earlier versions, and what to write now.
const RENAMED: [(&str, &str); 1] =
    [("drop-last", "`last-batch = \"drop\"` for true, and `\"keep\"` for false")];

/// The error with its place in the file, and a suggestion where a known key or kind is near.
#[must_use]
pub(super) fn explain(error: &toml::de::Error) -> String {
    let text = error.to_string();
    let text = text.trim_end();
    if let Some((old, now)) = renamed(error.message()) {
        return format!("{text}\n`{old}` has another name now: write {now}");
    }
    match suggestion(error.message()) {
        Some(near) => format!("{text}\ndid you mean `{near}`?"),
        None => text.to_owned(),
    }
}

/// From "unknown field `epoch`, expected one of `name`, `epochs`".
fn suggestion(message: &str) -> Option<String> {
    if !message.starts_with("unknown field") && !message.starts_with("unknown variant") {
        return None;
    }
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = quoted.next()?;
    nearest(unknown, quoted).map(str::to_owned)
}

fn renamed(message: &str) -> Option<(&'static str, &'static str)> {
    let unknown = message.strip_prefix("unknown field `")?.split('`').next()?;
    RENAMED.into_iter().find(|(old, _)| *old == unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_known_key_is_suggested() {
        let message = "unknown field `epoch`, expected one of `name`, `epochs`, `seed`";
        assert_eq!(suggestion(message).as_deref(), Some("epochs"));
        assert_eq!(suggestion("unknown field `zzz`, expected `name`"), None);
        assert_eq!(suggestion("missing field `name`"), None);
    }

    #[test]
    fn a_key_of_an_earlier_version_is_told_its_new_name() {
        let told = |message: &str| renamed(message).map(|(_, now)| now);
        assert_eq!(
            told("unknown field `drop-last`, expected one of `kind`, `last-batch`"),
            Some("`last-batch = \"drop\"` for true, and `\"keep\"` for false")
        );
        assert_eq!(told("unknown field `drop`, expected `drop-last`"), None);
    }
}
