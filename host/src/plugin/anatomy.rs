//! What a file is made of, for those who built it: nothing here decides about anything.

use wasmparser::{Parser, Payload};

/// Parts of a plugin's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Anatomy {
    /// Bytes of debug information, which nothing reads.
    pub debug_bytes: usize,
    /// It has names of functions: a backtrace can be read.
    pub has_names: bool,
    /// Bytes of linear memory that its modules ask for at their start.
    pub first_memory: u64,
}

impl Anatomy {
    /// Of a file that was understood. What does not parse ends the look.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Anatomy {
        let mut anatomy = Anatomy::default();
        for payload in Parser::new(0).parse_all(bytes).map_while(Result::ok) {
            anatomy.look_at(&payload);
        }
        anatomy
    }

    fn look_at(&mut self, payload: &Payload<'_>) {
        match payload {
            Payload::CustomSection(section) if section.name() == "name" => self.has_names = true,
            Payload::CustomSection(section) if section.name().starts_with(".debug") => {
                self.debug_bytes += section.data().len();
            }
            Payload::MemorySection(memories) => {
                let pages = memories.clone().into_iter().flatten().map(|memory| memory.initial);
                self.first_memory = pages.fold(self.first_memory, |sum, pages| {
                    sum.saturating_add(pages.saturating_mul(1 << 16))
                });
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_within_a_component_count() {
        let wat = r#"(component
            (core module $a (memory 2) (func $named) (@custom ".debug_info" "12345"))
            (core module $b (memory 3)))"#;
        let anatomy = Anatomy::of(&wat::parse_str(wat).unwrap());
        let expected = Anatomy { debug_bytes: 5, has_names: true, first_memory: 5 << 16 };
        assert_eq!(anatomy, expected);
    }

    #[test]
    fn what_breaks_off_is_looked_at_as_far_as_it_goes() {
        let whole = wat::parse_str("(module (memory 1) (func $f))").unwrap();
        for length in 0..whole.len() {
            let _some = Anatomy::of(&whole[..length]);
        }
    }
}
