//! The known name that a mistyped one most likely means.

/// Longer than any name that somebody mistypes. Comparing costs the product of both lengths, and a plugin may
/// ask for a name of megabytes.
const LONGEST: usize = 128;

/// The nearest of the known names, if one is near enough to be suggested.
#[must_use]
pub(crate) fn nearest<'a>(
    unknown: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    if unknown.len() > LONGEST {
        return None;
    }
    let near = known.into_iter().map(|name| (strsim::jaro_winkler(unknown, name), name));
    let near = near.filter(|(similarity, _)| *similarity > 0.75);
    near.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_near_is_suggested() {
        assert_eq!(nearest("epoch", ["name", "epochs", "seed"]), Some("epochs"));
        assert_eq!(nearest("zzz", ["name", "epochs"]), None);
        assert_eq!(nearest("name", []), None);
        let long = "x".repeat(LONGEST + 1);
        assert_eq!(nearest(&long, [long.as_str()]), None, "nobody types that");
    }
}
