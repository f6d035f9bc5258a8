//! Types within types, counted before anybody reads them.
//!
//! The parser reads a component's types by recursion and limits their depth only afterwards: a file of some
//! hundred kilobytes would use up the stack, which ends the process.

use wasmparser::{Parser, Payload};

use super::Refusal;

/// More than a contract with a hundred interfaces has. A level takes up to 2 KiB of a thread's stack.
const DEEPEST: usize = 200;

/// Refuses a file whose types could be deeper than a stack.
pub(super) fn check(bytes: &[u8]) -> Result<(), Refusal> {
    for payload in Parser::new(0).parse_all(bytes) {
        // What is wrong with it otherwise is told by those who read it.
        let Ok(payload) = payload else { return Ok(()) };
        if let Payload::ComponentTypeSection(types) = payload {
            let range = types.range();
            let opened = bytes.get(range.clone()).map_or(0, opens);
            if opened > DEEPEST {
                return Err(Refusal::Invalid(format!(
                    "its types may be nested more than {DEEPEST} deep (at byte {})",
                    range.start
                )));
            }
        }
    }
    Ok(())
}

/// Every level begins with one of these bytes, a component's type or an instance's. They occur otherwise
/// too, but seldom: as letters they are capitals, and names have none.
fn opens(section: &[u8]) -> usize {
    section.iter().filter(|byte| matches!(byte, 0x41 | 0x42)).count()
}

#[cfg(test)]
mod tests {
    use super::super::{Limits, parse};
    use super::*;

    /// A component with one type section: a component's type that declares a component's type, and so on.
    fn nested(depth: usize) -> Vec<u8> {
        // Vector of one type; each level has one declaration, which is a type; the last has none.
        let mut section = vec![1];
        (1..depth).for_each(|_| section.extend([0x41, 1, 1]));
        section.extend([0x41, 0]);
        let mut bytes = b"\0asm\x0d\0\x01\0\x07".to_vec();
        let mut length = section.len();
        while length > 0x7f {
            bytes.push((length & 0x7f) as u8 | 0x80);
            length >>= 7;
        }
        bytes.push(length as u8);
        bytes.extend(section);
        bytes
    }

    #[test]
    fn types_that_would_use_up_the_stack_are_refused() {
        let refusal = |depth| parse(&nested(depth), &Limits::default()).unwrap_err();
        assert!(matches!(refusal(50), Refusal::NoCallback { .. }), "a plain component");
        let text = refusal(2_000_000).to_string();
        assert!(text.contains("nested more than 200 deep (at byte 13)"), "{text}");
        // What is just allowed does not use up the stack of a thread, which is smaller than the host's.
        assert!(matches!(refusal(DEEPEST), Refusal::NoCallback { .. }));
    }
}
