//! The known name that a mistyped one most likely means.

/// The nearest of the known names, if one is near enough to be suggested.
#[must_use]
pub(crate) fn nearest<'a>(
    unknown: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
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
    }
}
