//! Detached signatures beside plugins, as the minisign tool makes them, and the keys that count.
//!
//! Only prehashed signatures are taken (`ED`): the tool has made no others for years. The form is checked
//! here, since the crate expects signatures of their true length.

use std::fmt;
use std::io::{Cursor, ErrorKind};
use std::path::{Path, PathBuf};

use minisign::{PublicKey, SignatureBox};

use crate::plain_file::read_at_most;
use crate::text::clean;

/// More than minisign ever writes.
const LONGEST: u64 = 4 << 10;
/// 2 bytes of algorithm, 8 of key ID, 64 of signature, as base64.
const SIGNATURE_CHARS: usize = 100;
/// 64 bytes of signature over the comment, as base64.
const COMMENT_SIGNATURE_CHARS: usize = 88;
const COMMENT: &str = "untrusted comment:";

/// A key's ID as minisign shows it: 16 hexadecimal digits. It is a name, not a proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyId(String);

impl KeyId {
    /// From the eight bytes that keys and signatures carry.
    #[must_use]
    pub fn new(bytes: &[u8]) -> KeyId {
        KeyId(bytes.iter().rev().map(|byte| format!("{byte:02X}")).collect())
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a file is not signed by anybody who is trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// There is no signature.
    #[error(
        "it is not signed; put its author's signature {0} beside it, or sign it with `callbox plugins \
         sign`"
    )]
    Unsigned(String),
    /// The key may be good or not.
    #[error(
        "it is signed with the key {0}, which is not trusted; if you trust who holds it, add the public \
         key to `keys`, in [plugins] of the run file or in your own configuration"
    )]
    Unknown(KeyId),
    /// The key is trusted, and the signature is not of these bytes.
    #[error(
        "its signature with the key {0} does not fit: the file or the signature was changed; get both \
         again"
    )]
    Changed(KeyId),
    /// What is beside it is no signature.
    #[error("its signature cannot be read: {0}; get it again")]
    Malformed(String),
}

/// A text that is no public key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no public key; one is a line of 56 characters that begins with RW, as in the .pub file \
     that `callbox plugins keygen` or minisign writes"
)]
pub struct NoKey(String);

/// Public keys whose signatures count.
#[derive(Debug, Clone, Default)]
pub struct TrustedKeys(Vec<PublicKey>);

impl TrustedKeys {
    /// Adds a key: its line, or the whole text of its `.pub` file.
    ///
    /// # Errors
    /// If it is none.
    pub fn add(&mut self, text: &str) -> Result<(), NoKey> {
        let lines = text.lines().map(str::trim);
        let mut lines = lines.filter(|line| !line.is_empty() && !line.starts_with(COMMENT));
        let line = lines.next().unwrap_or_default();
        let key = PublicKey::from_base64(line).ok().filter(|key| key.to_bytes().starts_with(b"Ed"));
        match (key, lines.next()) {
            (Some(key), None) => self.0.push(key),
            _ => return Err(NoKey(clean(text.trim(), 80).into_owned())),
        }
        Ok(())
    }

    /// Adds all of another list.
    pub fn extend(&mut self, others: TrustedKeys) {
        self.0.extend(others.0);
    }

    /// Who signed the file at this path, if these are its bytes.
    pub(super) fn check(&self, path: &Path, bytes: &[u8]) -> Result<KeyId, Distrust> {
        let path = signature_path(path);
        match read_at_most(LONGEST + 1, &path) {
            Ok(text) => self.verify(bytes, &text),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                Err(Distrust::Unsigned(clean(&name, 255).into_owned()))
            }
            Err(error) => Err(Distrust::Malformed(error.to_string())),
        }
    }

    fn verify(&self, bytes: &[u8], text: &[u8]) -> Result<KeyId, Distrust> {
        let signature = understood(text).map_err(Distrust::Malformed)?;
        let id = KeyId::new(signature.keynum());
        // Whoever makes a key chooses its ID, so that several may share one.
        let mut keys = self.0.iter().filter(|key| key.keynum() == signature.keynum()).peekable();
        if keys.peek().is_none() {
            return Err(Distrust::Unknown(id));
        }
        let fits = |key: &PublicKey| {
            minisign::verify(key, &signature, Cursor::new(bytes), true, false, false).is_ok()
        };
        if keys.any(fits) { Ok(id) } else { Err(Distrust::Changed(id)) }
    }
}

/// Where a file's signature lies: `NAME.wasm.minisig` beside `NAME.wasm`.
#[must_use]
pub fn signature_path(file: &Path) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    path.push(minisign::SIG_SUFFIX);
    path.into()
}

fn understood(text: &[u8]) -> Result<SignatureBox, String> {
    if text.len() as u64 > LONGEST {
        return Err(format!("it has more than {LONGEST} bytes"));
    }
    let text = std::str::from_utf8(text).map_err(|_| "it is no text".to_owned())?;
    let lines: Vec<&str> = text.lines().collect();
    let [_, signature, _, of_comment] = lines[..] else {
        return Err(format!("expected 4 lines, found {}", lines.len()));
    };
    if signature.len() != SIGNATURE_CHARS || of_comment.len() != COMMENT_SIGNATURE_CHARS {
        return Err("its second or its fourth line has another length than a signature".into());
    }
    let understood = SignatureBox::from_string(text).map_err(|error| error.to_string())?;
    match understood.is_prehashed() {
        true => Ok(understood),
        false => Err("it is of minisign's old kind, which is not prehashed".into()),
    }
}

#[cfg(test)]
mod tests {
    use minisign::KeyPair;

    use super::*;

    /// Made by the minisign tool.
    const KEY: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";
    const ID: &str = "E7620F1842B4E81F";
    const OF_TEST: &str = "untrusted comment: signature from minisign secret key\n\
        RUQf6LRCGA9i559r3g7V1qNyJDApGip8MfqcadIgT9CuhV3EMhHoN1mGTkUidF/z7SrlQgXdy8ofjb7bNJJylDOocrCo8KLzZwo=\n\
        trusted comment: timestamp:1633700835\tfile:test\tprehashed\n\
        wLMDjy9FLAuxZ3q4NlEvkgtyhrr0gtTu6KC4KBJdITbbOeAi1zBIYo0v4iTgt8jJpIidRJnp94ABQkJAgAooBQ==\n";
    const OLD_OF_TEST: &str = "untrusted comment: signature from minisign secret key\n\
        RWQf6LRCGA9i59SLOFxz6NxvASXDJeRtuZykwQepbDEGt87ig1BNpWaVWuNrm73YiIiJbq71Wi+dP9eKL8OC351vwIasSSbXxwA=\n\
        trusted comment: timestamp:1555779966\tfile:test\n\
        QtKMXWyYcwdpZAlPF7tE2ENJkRd1ujvKjlj1m9RtHTBnZPa5WKU5uWRs5GoP5M/VqE81QFuMKI5k/SfNQUaOAA==\n";

    fn keys(texts: &[&str]) -> TrustedKeys {
        let mut keys = TrustedKeys::default();
        texts.iter().try_for_each(|text| keys.add(text)).unwrap();
        keys
    }

    fn malformed(text: &[u8]) -> String {
        match keys(&[KEY]).verify(b"test", text).unwrap_err() {
            Distrust::Malformed(why) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_the_tool_signed_is_signed() {
        let id = keys(&[KEY]).verify(b"test", OF_TEST.as_bytes()).unwrap();
        assert_eq!(id.to_string(), ID);
        let windows = OF_TEST.replace('\n', "\r\n");
        assert!(keys(&[KEY]).verify(b"test", windows.as_bytes()).is_ok());
    }

    #[test]
    fn other_bytes_and_another_comment_do_not_fit() {
        let changed = |bytes: &[u8], text: &str| {
            let verdict = keys(&[KEY]).verify(bytes, text.as_bytes());
            assert_eq!(verdict, Err(Distrust::Changed(KeyId(ID.into()))));
        };
        changed(b"Test", OF_TEST);
        changed(b"", OF_TEST);
        changed(b"test", &OF_TEST.replace("file:test", "file:best"));
    }

    #[test]
    fn a_key_that_is_not_trusted_is_named() {
        let unknown = Err(Distrust::Unknown(KeyId(ID.into())));
        assert_eq!(TrustedKeys::default().verify(b"test", OF_TEST.as_bytes()), unknown);
        let other = KeyPair::generate_unencrypted_keypair().unwrap().pk.to_base64();
        assert_eq!(keys(&[&other]).verify(b"test", OF_TEST.as_bytes()), unknown);
        assert!(keys(&[&other, KEY]).verify(b"test", OF_TEST.as_bytes()).is_ok());
    }

    /// An ID is anybody's choice.
    #[test]
    fn a_key_with_a_trusted_keys_id_is_another_key() {
        let mut bytes = KeyPair::generate_unencrypted_keypair().unwrap().pk.to_bytes();
        bytes[2..10].copy_from_slice(keys(&[KEY]).0[0].keynum());
        let twin = PublicKey::from_bytes(&bytes).unwrap().to_base64();
        let changed = Err(Distrust::Changed(KeyId(ID.into())));
        assert_eq!(keys(&[&twin]).verify(b"test", OF_TEST.as_bytes()), changed);
        assert!(keys(&[&twin, KEY]).verify(b"test", OF_TEST.as_bytes()).is_ok());
    }

    #[test]
    fn what_is_no_signature_says_so() {
        assert_eq!(malformed(b""), "expected 4 lines, found 0");
        assert_eq!(malformed(b"\xff"), "it is no text");
        assert_eq!(malformed(&[b'x'; 5000]), "it has more than 4096 bytes");
        assert!(malformed(OLD_OF_TEST.as_bytes()).contains("old kind"));
        assert!(malformed(OF_TEST.replace("trusted", "trusting").as_bytes()).contains("comment"));
        let short = OF_TEST.replace("AgAooBQ==", "");
        assert!(malformed(short.as_bytes()).contains("another length"));
    }

    #[test]
    fn no_cut_and_no_changed_byte_is_a_signature() {
        let keys = keys(&[KEY]);
        for size in 0..OF_TEST.len() - 1 {
            assert!(keys.verify(b"test", &OF_TEST.as_bytes()[..size]).is_err(), "{size}");
        }
        // The first line is nobody's word, the last line break nobody's concern.
        for at in OF_TEST.find("RUQ").unwrap()..OF_TEST.len() - 1 {
            for flip in [1, 0x20, 0x80] {
                let mut text = OF_TEST.as_bytes().to_vec();
                text[at] ^= flip;
                assert!(keys.verify(b"test", &text).is_err(), "byte {at}");
            }
        }
    }

    #[test]
    fn a_key_is_its_line_or_its_file() {
        let file = format!("untrusted comment: minisign public key {ID}\n{KEY}\n");
        for text in [KEY, &format!("  {KEY}\n"), &file] {
            assert_eq!(keys(&[text]).0.len(), 1);
        }
        let secret = KeyPair::generate_unencrypted_keypair().unwrap().sk;
        let secret = secret.to_box(None).unwrap().into_string();
        let doubled = format!("{KEY}\n{KEY}");
        let other_kind = KEY.replacen("RW", "AA", 1);
        for text in ["", "RWQ", &KEY[1..], &other_kind, &doubled, &secret, "\x1b[2J"] {
            assert!(TrustedKeys::default().add(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_signature_lies_beside_its_file_and_is_a_plain_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.wasm");
        let check = || keys(&[KEY]).check(&file, b"test");
        assert_eq!(check(), Err(Distrust::Unsigned("a.wasm.minisig".into())));
        std::fs::create_dir(signature_path(&file)).unwrap();
        assert_eq!(check(), Err(Distrust::Malformed("it is no plain file".into())));
        std::fs::remove_dir(signature_path(&file)).unwrap();
        std::fs::write(signature_path(&file), OF_TEST).unwrap();
        assert_eq!(check(), Ok(KeyId(ID.into())));
    }
}
