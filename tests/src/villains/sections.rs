//! Where a file can be cut: at the end of every section, of modules inside components as well.

use wasmparser::Parser;

/// Every place of a binary where a section begins or ends, in order; not its beginning, nor its end.
#[must_use]
pub fn boundaries(file: &[u8]) -> Vec<usize> {
    let mut places = Vec::new();
    for payload in Parser::new(0).parse_all(file) {
        let payload = payload.unwrap();
        let range = payload.as_section().map(|(_, range)| range);
        places.extend(range.into_iter().flat_map(|range| [range.start, range.end]));
    }
    places.retain(|place| (8..file.len()).contains(place));
    places.sort_unstable();
    places.dedup();
    places
}
