//! `callbox plugins sign`, `keygen` and `verify`: minisign's formats, so that its tool can be used as well.

use std::fs::{self, File};
use std::io::{Cursor, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, anyhow, bail};
use minisign::{KeyPair, PublicKey, SecretKey, SecretKeyBox};

use crate::cli::trust::{Policy, config_file};
use crate::plugin::{KeyId, Limits, PluginFile, TrustedKeys, signature_path};
use crate::text::clean;

const PASSWORD: &str = "CALLBOX_KEY_PASSWORD";

/// Writes a signature beside a plugin.
pub(super) fn sign(file: &Path, key: &Path, force: bool) -> Result<String> {
    let plugin = PluginFile::read(file, &Limits::default())?;
    let target = signature_path(file);
    if target.exists() && !force {
        bail!("{} is there already; --force replaces it", target.display());
    }
    let secret = secret_key(key)?;
    let public = PublicKey::from_secret_key(&secret)?;
    let id = KeyId::new(secret.keynum());
    let signature = minisign::sign(
        Some(&public),
        &secret,
        Cursor::new(plugin.bytes()),
        Some(&trusted_comment(file)),
        Some(&format!("signature of a callbox plugin with the key {id}")),
    )?;
    if force {
        // Not written over: a stranger could have made it a link to a file of yours.
        let _was_none = fs::remove_file(&target);
    }
    let written = write_new(&target, &signature.into_string(), 0o644);
    written.with_context(|| format!("cannot write {}", target.display()))?;
    Ok(format!("wrote {}, signed with the key {id}\n", target.display()))
}

/// As minisign's tool writes it; nothing but people reads it.
fn trusted_comment(file: &Path) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    format!("timestamp:{now}\tfile:{}\thashed", clean(&name, 255))
}

/// Makes a pair of keys: NAME.key and NAME.pub.
pub(super) fn keygen(name: &Path, with_password: bool) -> Result<String> {
    let [secret, public] = ["key", "pub"].map(|extension| beside(name, extension));
    if let Some(there) = [&secret, &public].into_iter().find(|path| path.exists()) {
        bail!("{} is there already, and keys are never overwritten", there.display());
    }
    let (pair, kind) = match with_password {
        true => (KeyPair::generate_encrypted_keypair(password("--password")?)?, "encrypted"),
        false => (KeyPair::generate_unencrypted_keypair()?, "not encrypted"),
    };
    let text = pair.sk.to_box(Some("secret key for callbox plugins"))?.into_string();
    let wrote = |path: &PathBuf| format!("cannot write {}", path.display());
    write_new(&secret, &text, 0o600).with_context(|| wrote(&secret))?;
    let (id, line) = (KeyId::new(pair.pk.keynum()), pair.pk.to_base64());
    let text = format!("untrusted comment: minisign public key {id}\n{line}\n");
    if let Err(error) = write_new(&public, &text, 0o644) {
        // Half a pair would only be in the way.
        drop(fs::remove_file(&secret));
        return Err(error).with_context(|| wrote(&public));
    }
    let own = config_file().map_or("your configuration".into(), |path| path.display().to_string());
    Ok(format!(
        "wrote {} ({kind}: whoever has it signs as you) and {}\n\
         who trusts it adds this to [plugins] of a run file, or to {own}:\n\
         keys = [\"{line}\"]\n",
        secret.display(),
        public.display(),
    ))
}

/// Whether a given key signed a file, or a configured one if none is given.
pub(super) fn verify(file: &Path, given: &[String]) -> Result<String> {
    let mut keys = TrustedKeys::default();
    for key in given {
        keys.add(&public_key(key)?).map_err(|error| anyhow!("--key: {error}"))?;
    }
    if given.is_empty() {
        keys = Policy::of_user()?.keys().clone();
    }
    let plugin = PluginFile::read(file, &Limits::default())?;
    let signed = plugin.signed_by(&keys);
    let key = signed.with_context(|| file.display().to_string())?;
    Ok(format!("{}: signed with the trusted key {key}\n", file.display()))
}

/// A key's own text, or that of its file.
fn public_key(given: &str) -> Result<String> {
    match Path::new(given).is_file() {
        true => fs::read_to_string(given).with_context(|| format!("--key: cannot read {given}")),
        false => Ok(given.to_owned()),
    }
}

/// How an encrypted secret key begins: the letters `Ed` and `Sc`.
const ENCRYPTED: &str = "RWRTY";

fn secret_key(path: &Path) -> Result<SecretKey> {
    let shown = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("cannot read the key {shown}"))?;
    let encrypted = text.lines().nth(1).is_some_and(|line| line.starts_with(ENCRYPTED));
    let text = SecretKeyBox::from(text);
    let key = match encrypted {
        true => text.into_secret_key(password(&shown.to_string())?),
        false => text.into_unencrypted_secret_key(),
    };
    // The tool leaves out the checksum of such a key, and the crate insists on it.
    let hint = "; a key that `minisign -G -W` made signs with `minisign -S` only";
    key.map_err(|error| {
        anyhow!(
            "{shown} is no secret key of `callbox plugins keygen` or minisign: {error}{}",
            if encrypted { "" } else { hint }
        )
    })
}

/// The password from the environment. `None`: the crate asks on the terminal.
fn password(what: &str) -> Result<Option<String>> {
    match std::env::var(PASSWORD) {
        Ok(password) => Ok(Some(password)),
        Err(_) if std::io::stdin().is_terminal() => Ok(None),
        Err(_) => {
            bail!("{what}: a password is needed and there is no terminal to ask on; set {PASSWORD}")
        }
    }
}

fn beside(name: &Path, extension: &str) -> PathBuf {
    let mut path = name.as_os_str().to_owned();
    path.push(".");
    path.push(extension);
    path.into()
}

/// Fails if anything has that name by now.
fn write_new(path: &Path, text: &str, mode: u32) -> std::io::Result<()> {
    let mut options = File::options();
    options.write(true).create_new(true);
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    options.open(path)?.write_all(text.as_bytes())
}
