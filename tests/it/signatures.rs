//! Signatures beside plugins: made, checked, and asked for by a run.

use std::fs;
use std::process::Stdio;

use callbox_tests::{Ran, Workplace};
use serde_json::Value as Json;

const PASSWORD: &str = "CALLBOX_KEY_PASSWORD";

/// With a pair of keys, `me`, and a plugin that it signed.
fn workplace() -> Workplace {
    let place = Workplace::new(env!("CARGO_BIN_EXE_callbox-tested"));
    keygen(&place, "me");
    place.drop_in("plugins/one-cycle.wasm", "one-cycle");
    sign(&place, "plugins/one-cycle.wasm", "me");
    place
}

fn done(ran: Ran) -> String {
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.stdout
}

fn told(ran: Ran) -> String {
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
    ran.stderr
}

fn keygen(place: &Workplace, name: &str) -> String {
    done(place.run(["plugins", "keygen", name]))
}

fn sign(place: &Workplace, file: &str, key: &str) -> String {
    done(place.run(["plugins", "sign", file, "--key", &format!("{key}.key"), "--force"]))
}

fn verify(place: &Workplace, more: &[&str]) -> Ran {
    place.run(["plugins", "verify", "plugins/one-cycle.wasm"].iter().chain(more))
}

fn text(place: &Workplace, name: &str) -> String {
    fs::read_to_string(place.path(name)).unwrap()
}

/// The key's line in a `.pub` file.
fn line(place: &Workplace, name: &str) -> String {
    text(place, &format!("{name}.pub")).lines().nth(1).unwrap().to_owned()
}

/// Without a terminal, as in a job that nobody watches.
fn unwatched(place: &Workplace, arguments: &[&str], password: Option<&str>) -> Ran {
    let mut command = place.command(arguments);
    command.stdin(Stdio::null()).env_remove(PASSWORD);
    if let Some(password) = password {
        command.env(PASSWORD, password);
    }
    Ran::new(&command.output().unwrap())
}

/// Whether a text is base64 of so many bytes.
fn is_base64(text: &str, bytes: usize) -> bool {
    let digits = text.trim_end_matches('=');
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/');
    text.len() == bytes.div_ceil(3) * 4
        && digits.len() == (bytes * 8).div_ceil(6)
        && digits.chars().all(plain)
}

#[test]
fn files_have_the_form_that_minisign_gives_them() {
    let place = workplace();
    let signature = text(&place, "plugins/one-cycle.wasm.minisig");
    let lines: Vec<&str> = signature.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[0].starts_with("untrusted comment: "));
    assert!(lines[1].starts_with("RU") && is_base64(lines[1], 74), "{}", lines[1]);
    assert!(lines[2].starts_with("trusted comment: timestamp:"));
    assert!(lines[2].ends_with("\tfile:one-cycle.wasm\thashed"), "{}", lines[2]);
    assert!(is_base64(lines[3], 64), "{}", lines[3]);
    let public = text(&place, "me.pub");
    let id = public.strip_prefix("untrusted comment: minisign public key ").unwrap();
    assert!(id[..16].chars().all(|c| c.is_ascii_hexdigit()) && id[16..].starts_with('\n'), "{id}");
    assert!(public.ends_with('\n') && public.lines().count() == 2);
    assert!(line(&place, "me").starts_with("RW") && is_base64(&line(&place, "me"), 42));
    let secret = text(&place, "me.key");
    let lines: Vec<&str> = secret.lines().collect();
    assert!(lines[0].starts_with("untrusted comment: "));
    assert!(lines[1].starts_with("RW") && is_base64(lines[1], 158), "{}", lines[1].len());
}

#[test]
fn a_secret_key_is_its_owners_and_nothing_is_overwritten() {
    use std::os::unix::fs::PermissionsExt;
    let place = workplace();
    let mode = fs::metadata(place.path("me.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let before = text(&place, "me.key");
    assert!(told(place.run(["plugins", "keygen", "me"])).contains("me.key is there already"));
    fs::remove_file(place.path("me.key")).unwrap();
    assert!(told(place.run(["plugins", "keygen", "me"])).contains("me.pub is there already"));
    assert!(!place.path("me.key").exists());
    place.write("me.key", before);
    let again = ["plugins", "sign", "plugins/one-cycle.wasm", "--key", "me.key"];
    assert!(told(place.run(again)).contains("--force replaces it"));
}

#[test]
fn a_given_or_a_configured_key_verifies() {
    let place = workplace();
    keygen(&place, "other");
    let (mine, others) = (line(&place, "me"), line(&place, "other"));
    for keys in [vec!["--key", "me.pub"], vec!["--key", &others, "--key", &mine]] {
        let told = done(verify(&place, &keys));
        assert!(told.starts_with("plugins/one-cycle.wasm: signed with the trusted key "), "{told}");
    }
    assert!(told(verify(&place, &[])).contains("which is not trusted"));
    place.write("config/config.toml", format!("keys = [\"{mine}\"]\n"));
    done(verify(&place, &[]));
    assert!(told(verify(&place, &["--key", "other.pub"])).contains("which is not trusted"));
}

/// One sentence each, and exit code 2.
#[test]
fn what_is_wrong_with_a_signature_is_said() {
    let place = workplace();
    let id = text(&place, "me.pub").lines().next().unwrap().rsplit(' ').next().unwrap().to_owned();
    keygen(&place, "other");
    let told = |keys: &[&str]| told(verify(&place, keys)).replace(&id, "KEY-ID");
    let mut texts = vec![told(&["--key", "other.pub"]), told(&["--key", "RWQnonsense"])];
    let plugin = fs::read(place.path("plugins/one-cycle.wasm")).unwrap();
    let mut changed = plugin.clone();
    changed[1000] ^= 1;
    place.write("plugins/one-cycle.wasm", changed);
    texts.push(told(&["--key", "me.pub"]));
    place.write("plugins/one-cycle.wasm", plugin);
    place.write("plugins/one-cycle.wasm.minisig", "no signature");
    texts.push(told(&["--key", "me.pub"]));
    place.write("plugins/one-cycle.wasm.minisig", vec![b'x'; 10_000]);
    texts.push(told(&["--key", "me.pub"]));
    fs::remove_file(place.path("plugins/one-cycle.wasm.minisig")).unwrap();
    texts.push(told(&["--key", "me.pub"]));
    insta::assert_snapshot!(texts.concat());
}

#[test]
fn a_password_is_never_asked_for_without_a_terminal() {
    let place = workplace();
    let keygen = ["plugins", "keygen", "locked", "--password"];
    let sentence =
        "a password is needed and there is no terminal to ask on; set CALLBOX_KEY_PASSWORD";
    assert!(told(unwatched(&place, &keygen, None)).contains(sentence));
    assert!(!place.path("locked.key").exists());
    done(unwatched(&place, &keygen, Some("open sesame")));
    let sign = ["plugins", "sign", "plugins/one-cycle.wasm", "--key", "locked.key", "--force"];
    assert!(told(unwatched(&place, &sign, None)).contains(sentence));
    assert!(told(unwatched(&place, &sign, Some("open barley"))).contains("Wrong password"));
    done(unwatched(&place, &sign, Some("open sesame")));
    done(verify(&place, &["--key", "locked.pub"]));
}

#[test]
fn a_public_key_does_not_sign() {
    let place = workplace();
    let sign = ["plugins", "sign", "plugins/one-cycle.wasm", "--key", "me.pub", "--force"];
    assert!(told(place.run(sign)).contains("me.pub is no secret key"));
    place.write("notes.wasm", "no plugin");
    let sign = ["plugins", "sign", "notes.wasm", "--key", "me.key"];
    assert!(told(place.run(sign)).contains("notes.wasm: the file is text"));
}

#[test]
fn inspecting_shows_the_signature() {
    let place = workplace();
    let inspect = |more: &[&str]| {
        done(place.run(["plugins", "inspect", "plugins/one-cycle.wasm"].iter().chain(more)))
    };
    let state = || -> Json {
        let known: Json = serde_json::from_str(&inspect(&["--json"])).unwrap();
        known["signature"]["state"].clone()
    };
    assert_eq!(state(), "unknown");
    place.write("config/config.toml", format!("keys = [\"{}\"]\n", line(&place, "me")));
    assert_eq!(state(), "trusted");
    assert!(inspect(&[]).contains("\nsignature  by the trusted key "));
    place.drop_in("plugins/one-cycle.wasm", "early-stopping");
    assert_eq!(state(), "changed");
    fs::remove_file(place.path("plugins/one-cycle.wasm.minisig")).unwrap();
    assert_eq!(state(), "none");
    assert!(inspect(&[]).contains("\nsignature  none\n"));
}

#[test]
fn a_configuration_is_checked_and_named() {
    let place = workplace();
    let told = |text: &str| {
        place.write("config/config.toml", text);
        told(verify(&place, &[]))
    };
    let unknown = told("key = []\n");
    assert!(unknown.contains("config/config.toml: TOML parse error at line 1"), "{unknown}");
    assert!(unknown.contains("did you mean `keys`?"), "{unknown}");
    assert!(told("trust = \"singed\"\n").contains("did you mean `signed`?"));
    let none = told("keys = [\"RWQ\"]\n");
    assert!(none.contains("config/config.toml: keys: `RWQ` is no public key"), "{none}");
}

#[test]
fn the_help_says_what_each_does() {
    let place = Workplace::new(env!("CARGO_BIN_EXE_callbox-tested"));
    let help = |command: &str| {
        let mut asked = place.command(["plugins", command, "--help"]);
        done(Ran::new(&asked.env("COLUMNS", "100").output().unwrap()))
    };
    let all = ["sign", "keygen", "verify"].map(help).join("---\n");
    insta::assert_snapshot!(all.replace("callbox-tested", "callbox"));
}

#[cfg(feature = "torch")]
mod runs {
    use super::*;

    const RUN: &str = "name = \"digits\"\nepochs = 1\ndevice = \"cpu\"\n[data]\nkind = \"digits\"\n\
        [model]\nkind = \"mlp\"\nhidden = [8]\n[optimizer]\nkind = \"adam\"\nlr = 0.01\n";

    /// A folder with a plugin of each kind: signed, by a stranger, for other bytes, not at all.
    fn folder() -> Workplace {
        let place = workplace();
        keygen(&place, "stranger");
        for name in ["stranger", "forged", "bare"] {
            place.drop_in(&format!("plugins/{name}.wasm"), "eye-of-sauron");
        }
        sign(&place, "plugins/stranger.wasm", "stranger");
        let other = text(&place, "plugins/one-cycle.wasm.minisig");
        place.write("plugins/forged.wasm.minisig", other);
        place
    }

    fn train(place: &Workplace, plugins: &str) -> Ran {
        place.write("run.toml", format!("{RUN}[plugins]\n{plugins}\n"));
        place.run(["train", "run.toml", "--json"])
    }

    fn joined(ran: &Ran) -> Vec<String> {
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let name = |record: Json| record["plugin"].as_str().unwrap().to_owned();
        ran.of("joined").into_iter().map(name).collect()
    }

    fn assert_only_the_signed_one(ran: &Ran) {
        assert_eq!(joined(ran), ["one-cycle"]);
        let notices = ran.of("notice");
        let left_out = |file: &str, why: &str| {
            notices.iter().any(|notice| {
                let text = notice["text"].as_str().unwrap();
                text.starts_with("left out: ") && text.contains(file) && text.contains(why)
            })
        };
        assert!(left_out("bare.wasm: ", "it is not signed"), "{notices:?}");
        assert!(left_out("forged.wasm: ", "does not fit"), "{notices:?}");
        assert!(left_out("stranger.wasm: ", "which is not trusted"), "{notices:?}");
        assert_eq!(notices.len(), 3, "{notices:?}");
    }

    #[test]
    fn a_dropped_file_without_a_trusted_signature_is_left_out() {
        let place = folder();
        let keys = format!("keys = [\"{}\"]", line(&place, "me"));
        assert_only_the_signed_one(&train(&place, &format!("trust = \"signed\"\n{keys}")));
        // Keys alone ask for nothing.
        assert_eq!(joined(&train(&place, &keys)).len(), 2);
    }

    #[test]
    fn the_users_own_configuration_holds_whatever_the_run_file_says() {
        let place = folder();
        let own = format!("trust = \"signed\"\nkeys = [\"{}\"]\n", line(&place, "me"));
        place.write("config/config.toml", own);
        assert_only_the_signed_one(&train(&place, ""));
        assert_only_the_signed_one(&train(&place, "trust = \"any\""));
    }

    #[test]
    fn a_named_one_without_a_trusted_signature_stops_the_start() {
        let place = workplace();
        place.drop_in("library/early-stopping.wasm", "early-stopping");
        let named = "library = [\"library\"]\nuse = [\"early-stopping\"]\ntrust = \"signed\"";
        let with_key = format!("{named}\nkeys = [\"{}\"]", line(&place, "me"));
        let ran = train(&place, &with_key);
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains("plugin `early-stopping`: "), "{}", ran.stderr);
        assert!(ran.stderr.contains("early-stopping.wasm: it is not signed"), "{}", ran.stderr);
        sign(&place, "library/early-stopping.wasm", "me");
        assert_eq!(joined(&train(&place, &with_key)), ["early-stopping", "one-cycle"]);
    }

    #[test]
    fn a_run_files_trust_and_keys_are_checked() {
        let place = workplace();
        let refused = |plugins: &str| {
            let ran = train(&place, plugins);
            assert_eq!(ran.code, 2, "{}", ran.stderr);
            ran.stderr
        };
        assert!(refused("trust = \"sined\"").contains("did you mean `signed`?"));
        let none = refused("keys = [\"me.pub\"]");
        assert!(none.contains("run.toml: [plugins]: keys: `me.pub` is no public key"), "{none}");
    }
}

/// A stranger's signature may be a link to a file of the user's.
#[test]
fn to_sign_again_writes_through_no_link() {
    let place = workplace();
    place.write("mine.txt", "mine");
    let signature = place.path("plugins/one-cycle.wasm.minisig");
    fs::remove_file(&signature).unwrap();
    std::os::unix::fs::symlink("../mine.txt", &signature).unwrap();
    sign(&place, "plugins/one-cycle.wasm", "me");
    assert_eq!(text(&place, "mine.txt"), "mine");
    assert_eq!(verify(&place, &["--key", "me.pub"]).code, 0);
}
