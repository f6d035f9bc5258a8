use callbox::plugin::{Engine, Limits, Prepared};
use callbox_tests::guest;

fn refusal(bytes: &[u8]) -> String {
    let engine = Engine::new().unwrap();
    Prepared::from_bytes(&engine, None, bytes.to_vec(), &Limits::default())
        .err()
        .unwrap()
        .to_string()
}

/// Bytes that depend on nothing but their index.
fn noise(length: u32) -> Vec<u8> {
    (0..length).map(|n| (n.wrapping_mul(2_654_435_761) >> 13).to_le_bytes()[0]).collect()
}

#[test]
fn each_kind_of_rubbish_has_one_sentence() {
    let whole = std::fs::read(guest("one-cycle")).unwrap();
    let component = wat::parse_str("(component)").unwrap();
    let module = wat::parse_str("(module)").unwrap();
    let sentences = [
        ("empty", refusal(b"")),
        ("noise", refusal(&noise(4096))),
        ("text", refusal(b"(module)")),
        ("four bytes", refusal(&whole[..4])),
        ("a beginning", refusal(&whole[..4096])),
        ("an empty component", refusal(&component)),
        ("an empty module", refusal(&module)),
        ("a shared library", refusal(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0")),
    ];
    let text: Vec<String> =
        sentences.iter().map(|(what, text)| format!("{what}: {text}")).collect();
    insta::assert_snapshot!(text.join("\n"));
}

/// Cut anywhere, a plugin is refused, never a panic. Sections and instructions are cut alike.
#[test]
fn truncated_anywhere_it_is_refused() {
    let whole = std::fs::read(guest("terminate-on-nan")).unwrap();
    for length in (0..whole.len()).step_by(whole.len() / 97) {
        refusal(&whole[..length]);
    }
}

/// One byte changed: it loads or is refused, never a panic.
#[test]
fn a_flipped_byte_is_no_panic() {
    let engine = Engine::new().unwrap();
    let whole = std::fs::read(guest("terminate-on-nan")).unwrap();
    for place in (8..whole.len()).step_by(whole.len() / 23) {
        let mut changed = whole.clone();
        changed[place] ^= 0x55;
        drop(Prepared::from_bytes(&engine, None, changed, &Limits::default()));
    }
}
