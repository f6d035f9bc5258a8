//! Components within components and types within types, counted before anybody reads them.
//!
//! Validator and compiler take the square of the depth of components. The parser reads a component's types
//! by recursion and limits their depth only afterwards: a file of some hundred kilobytes would use up the stack,
//! which ends the process.

use std::ops::Range;

use wasmparser::{Parser, Payload};

use super::Refusal;

/// Components inside components: tools make three levels.
const COMPONENTS: usize = 100;

/// More types than a contract with a hundred interfaces has; few enough for the stack of those who read them.
const TYPES: usize = 1_000;

/// Refuses a file whose components or types could be too deep.
pub(super) fn check(bytes: &[u8]) -> Result<(), Refusal> {
    let mut depth = 0usize;
    // What is wrong with it otherwise is told by those who read it.
    for payload in Parser::new(0).parse_all(bytes).map_while(Result::ok) {
        match payload {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentTypeSection(types) => check_types(bytes, types.range())?,
            _ => {}
        }
        if depth > COMPONENTS {
            let text = format!("components nested more than {COMPONENTS} deep");
            return Err(Refusal::Invalid(text));
        }
    }
    Ok(())
}

fn check_types(bytes: &[u8], section: Range<usize>) -> Result<(), Refusal> {
    let at = section.start;
    if bytes.get(section).map_or(0, opens) <= TYPES {
        return Ok(());
    }
    let text = format!("its types may be nested more than {TYPES} deep (at byte {at})");
    Err(Refusal::Invalid(text))
}

/// Every level begins with one of these bytes, a component's type or an instance's. They occur otherwise
/// too, but seldom: as letters they are capitals, and names have none.
fn opens(section: &[u8]) -> usize {
    section.iter().filter(|byte| matches!(byte, 0x41 | 0x42)).count()
}

#[cfg(test)]
mod tests {
    use super::super::compile::STACK;
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
        assert!(text.contains("nested more than 1000 deep (at byte 13)"), "{text}");
        // What is just allowed is read on a thread with this stack, and leaves most of it.
        let quarter = std::thread::Builder::new().stack_size(STACK / 4);
        let thread = quarter.spawn(move || refusal(TYPES)).unwrap();
        assert!(matches!(thread.join().unwrap(), Refusal::NoCallback { .. }));
    }

    #[test]
    fn components_nest_to_a_depth() {
        let within = |depth: usize| {
            let empty = b"\0asm\x0d\0\x01\0".to_vec();
            (0..depth).fold(empty.clone(), |inner, _| {
                let size = u16::try_from(inner.len()).unwrap();
                // The size in LEB128, of two bytes.
                let size = [(size & 0x7f) as u8 | 0x80, (size >> 7) as u8];
                [&empty[..], &[4], &size, &inner].concat()
            })
        };
        let refusal = |depth| parse(&within(depth), &Limits::default()).unwrap_err();
        assert!(matches!(refusal(COMPONENTS), Refusal::NoCallback { .. }));
        let text = refusal(COMPONENTS + 1).to_string();
        assert!(text.contains("components nested more than 100 deep"), "{text}");
    }
}
