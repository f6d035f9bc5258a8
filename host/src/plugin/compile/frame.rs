//! What goes over the pipes and into the cache: a head in JSON and a body of bytes, with their lengths.
//!
//! Whatever arrives is a frame or an error: lengths are compared with limits before they are believed, and
//! memory is taken as bytes come, not as they are announced.

use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A plugin's names, or why it was refused; nobody has more to say.
pub(super) const LONGEST_HEAD: u32 = 4 << 20;

/// A head as it stands before its body, with its length.
pub(in crate::plugin) fn pack(head: &impl Serialize) -> io::Result<Vec<u8>> {
    let text = serde_json::to_vec(head)?;
    let length = u32::try_from(text.len()).ok().filter(|&length| length <= LONGEST_HEAD);
    let length = length.ok_or_else(|| invalid("the head is too long"))?;
    Ok([&length.to_le_bytes(), &text[..]].concat())
}

/// The head, and the body that follows it.
pub(in crate::plugin) fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> Option<(T, &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    let (head, body) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    Some((serde_json::from_slice(head).ok()?, body))
}

/// Sends a frame.
pub(super) fn write(out: &mut impl Write, head: &impl Serialize, body: &[u8]) -> io::Result<()> {
    out.write_all(&pack(head)?)?;
    out.write_all(&(body.len() as u64).to_le_bytes())?;
    out.write_all(body)?;
    out.flush()
}

/// Receives a frame with a body of at most so many bytes. `None`: there are no more.
pub(super) fn read<T: DeserializeOwned>(
    from: &mut impl Read,
    most: u64,
) -> io::Result<Option<(T, Vec<u8>)>> {
    let mut length = [0; 4];
    match from.read(&mut length[..1])? {
        0 => return Ok(None),
        _ => from.read_exact(&mut length[1..])?,
    }
    let head = part(from, u32::from_le_bytes(length).into(), LONGEST_HEAD.into())?;
    let mut length = [0; 8];
    from.read_exact(&mut length)?;
    let body = part(from, u64::from_le_bytes(length), most)?;
    Ok(Some((serde_json::from_slice(&head)?, body)))
}

fn part(from: &mut impl Read, length: u64, most: u64) -> io::Result<Vec<u8>> {
    if length > most {
        return Err(invalid("a part is longer than it may be"));
    }
    let mut bytes = Vec::new();
    match from.take(length).read_to_end(&mut bytes)? as u64 == length {
        true => Ok(bytes),
        false => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Head = Vec<String>;

    fn sent(head: &Head, body: &[u8]) -> Vec<u8> {
        let mut sent = Vec::new();
        write(&mut sent, head, body).unwrap();
        sent
    }

    fn received(mut bytes: &[u8]) -> io::Result<Option<(Head, Vec<u8>)>> {
        read(&mut bytes, 1 << 10)
    }

    #[test]
    fn what_is_sent_is_received_and_then_there_is_no_more() {
        let head = vec!["a".to_owned(), String::new()];
        let stream = [sent(&head, b"body"), sent(&head, b"")].concat();
        let mut rest = &stream[..];
        assert_eq!(read(&mut rest, 4).unwrap(), Some((head.clone(), b"body".to_vec())));
        assert_eq!(read(&mut rest, 4).unwrap(), Some((head, Vec::new())));
        assert_eq!(read::<Head>(&mut rest, 4).unwrap(), None);
    }

    #[test]
    fn any_bytes_are_a_frame_or_an_error() {
        let whole = sent(&vec!["callbox:plugin/log@0.1.0".to_owned()], b"some machine code");
        for size in 1..whole.len() {
            assert!(received(&whole[..size]).is_err(), "cut to {size} bytes");
        }
        for at in 0..whole.len() {
            for flip in [1, 0x55, 0x80, 0xff] {
                let mut changed = whole.clone();
                changed[at] ^= flip;
                let _answer = received(&changed);
                let _entry = unpack::<Head>(&changed);
            }
        }
        let noise = |n: u32| n.wrapping_mul(2_654_435_761).to_le_bytes()[3];
        for size in 0..200 {
            let noise: Vec<u8> = (0..size).map(|n| noise(n + size * 199)).collect();
            assert!(!matches!(received(&noise), Ok(Some(_))), "{noise:?}");
            assert!(unpack::<Head>(&noise).is_none(), "{noise:?}");
        }
    }

    /// Nothing is allocated for what is only announced.
    #[test]
    fn a_length_is_not_believed() {
        let head = pack(&Head::new()).unwrap();
        let lying = [&head[..], &u64::MAX.to_le_bytes()].concat();
        assert_eq!(received(&lying).unwrap_err().kind(), io::ErrorKind::InvalidData);
        let lying = [&head[..], &1024_u64.to_le_bytes(), b"x"].concat();
        assert_eq!(received(&lying).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        let kind = received(&u32::MAX.to_le_bytes()).unwrap_err().kind();
        assert_eq!(kind, io::ErrorKind::InvalidData);
        let long = vec!["x".repeat(LONGEST_HEAD as usize)];
        assert_eq!(pack(&long).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
