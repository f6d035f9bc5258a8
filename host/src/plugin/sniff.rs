//! What a file is that is no wasm binary at all.

use super::Refusal;

/// Refuses what cannot be wasm, by its first bytes.
pub(super) fn sniff(bytes: &[u8]) -> Result<(), Refusal> {
    match bytes {
        [] => Err(Refusal::Empty),
        [0, b'a', b's', b'm', _, _, _, _, ..] => Ok(()),
        [0, b'a', b's', b'm', ..] => Err(Refusal::Truncated(bytes.len() as u64)),
        [0x7f, b'E', b'L', b'F', ..] | [b'M', b'Z', ..] => Err(Refusal::Native),
        [0x1f, 0x8b, ..] => Err(Refusal::Archive("gzip".into())),
        [b'P', b'K', 3, 4, ..] => Err(Refusal::Archive("zip".into())),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Err(Refusal::Archive("zstd".into())),
        _ if is_text(bytes) => Err(Refusal::Text),
        _ => Err(Refusal::NotWasm(hex(&bytes[..bytes.len().min(4)]))),
    }
}

/// The beginning decides: valid UTF-8 without control characters other than white space.
fn is_text(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(256)];
    let text = match std::str::from_utf8(start) {
        Ok(text) => text,
        // A character cut in two by the limit does not make it binary.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&start[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}
