//! The language runtime that a plugin carries inside its file, by what its tools wrote about themselves.
//!
//! It decides about default limits and nothing else: a file that lies about it gets limits that any such plugin
//! has.

use wasmparser::{CustomSectionReader, Parser, Payload, ProducersSectionReader};

/// What runs a plugin's code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Runtime {
    /// Nothing: it is machine code already, as of Rust, C, C++, Zig or AssemblyScript.
    #[default]
    None,
    /// Go's, with its garbage collector.
    Go,
    /// QuickJS, an interpreter of JavaScript.
    QuickJs,
    /// SpiderMonkey as an interpreter of JavaScript.
    SpiderMonkey,
    /// CPython.
    Python,
}

/// The parser remembers where each level ends.
const DEEPEST: usize = 100;

/// More than a large interpreter has functions and sections; what has more is not looked through.
const MOST_PAYLOADS: usize = 1_000_000;

/// Words of tools in a section `producers`, in whatever case.
const WORDS: [(&str, Runtime); 8] = [
    ("componentize-py", Runtime::Python),
    ("python", Runtime::Python),
    ("componentize-qjs", Runtime::QuickJs),
    ("quickjs", Runtime::QuickJs),
    ("componentizejs", Runtime::SpiderMonkey),
    ("starlingmonkey", Runtime::SpiderMonkey),
    ("componentize-js", Runtime::SpiderMonkey),
    ("go", Runtime::Go),
];

impl Runtime {
    /// Of a file that nobody looked at yet: this reads headers and what tools wrote, once, and holds nothing. The
    /// first that is named counts; what does not parse, or is built as no plugin is, ends the look.
    #[must_use]
    pub(super) fn of(bytes: &[u8]) -> Runtime {
        let mut depth = 0_usize;
        for payload in Parser::new(0).parse_all(bytes).map_while(Result::ok).take(MOST_PAYLOADS) {
            match payload {
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::CustomSection(section) => {
                    if let Some(runtime) = named(&section) {
                        return runtime;
                    }
                }
                _ => {}
            }
            if depth > DEEPEST {
                break;
            }
        }
        Runtime::None
    }

    /// Its name; `None`: there is none.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        match self {
            Runtime::None => None,
            Runtime::Go => Some("Go"),
            Runtime::QuickJs => Some("QuickJS"),
            Runtime::SpiderMonkey => Some("SpiderMonkey"),
            Runtime::Python => Some("CPython"),
        }
    }
}

fn named(section: &CustomSectionReader<'_>) -> Option<Runtime> {
    // Of no other section is more than the name read: some are dear to parse.
    if section.name() != "producers" {
        return None;
    }
    said(ProducersSectionReader::new(section.data_reader()).ok()?)
}

fn said(producers: ProducersSectionReader<'_>) -> Option<Runtime> {
    let fields = producers.into_iter().map_while(Result::ok);
    let mut names = fields.flat_map(|field| field.values.into_iter().map_while(Result::ok));
    names.find_map(|value| {
        let name = value.name.to_ascii_lowercase();
        WORDS.iter().find(|(word, _)| *word == name).map(|(_, runtime)| *runtime)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A component with a module that was processed by these.
    fn made_by(tools: &[&str]) -> Vec<u8> {
        let values: String =
            tools.iter().map(|tool| format!("\\{:02x}{tool}\\010", tool.len())).collect();
        let section = format!("\\01\\0cprocessed-by\\{:02x}{values}", tools.len());
        wat::parse_str(format!(r#"(component (core module (@custom "producers" "{section}")))"#))
            .unwrap()
    }

    #[test]
    fn tools_are_known_by_their_word() {
        assert_eq!(Runtime::of(&made_by(&["rustc", "componentize-py"])), Runtime::Python);
        assert_eq!(Runtime::of(&made_by(&["Go"])), Runtime::Go);
        assert_eq!(Runtime::of(&made_by(&["clang", "gopher"])), Runtime::None);
        assert_eq!(Runtime::of(&made_by(&[])), Runtime::None);
    }

    #[test]
    fn a_tower_of_components_is_left_early() {
        let inside = |inner: Vec<u8>| {
            let mut outer = b"\0asm\x0d\0\x01\0\x04".to_vec();
            // The section's size, in five bytes of LEB128.
            let size = inner.len();
            outer.extend((0..4).map(|at| 0x80 | (size >> (7 * at)) as u8 & 0x7f));
            outer.push((size >> 28) as u8);
            outer.extend(inner);
            outer
        };
        let tower =
            |height| (0..height).fold(made_by(&["componentize-py"]), |inner, _| inside(inner));
        assert_eq!(Runtime::of(&tower(50)), Runtime::Python);
        assert_eq!(Runtime::of(&tower(200)), Runtime::None);
    }

    #[test]
    fn what_breaks_off_has_none_or_what_stands_before() {
        let whole = made_by(&["componentize-py"]);
        for length in 0..whole.len() {
            let _some = Runtime::of(&whole[..length]);
        }
    }
}
