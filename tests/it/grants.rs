use std::fs;

use callbox_tests::villains::{About, Wat};
use callbox_tests::{Ran, Workplace};

const RUN: &str = r#"
name = "digits"
epochs = 1
device = "cpu"
[data]
kind = "digits"
batch-size = 512
[model]
kind = "mlp"
hidden = [8]
[optimizer]
kind = "sgd"
lr = 0.1
"#;

/// With `every-signal`, which wants every power there is, in the drop folder.
fn workplace() -> Workplace {
    let place = Workplace::new(env!("CARGO_BIN_EXE_callbox-tested"));
    place.write("run.toml", RUN);
    place.drop_in("plugins/every.wasm", "every-signal");
    place.write("plugins/every.toml", "[params]\niteration = 1000\n");
    place
}

fn train(place: &Workplace, more: &[&str]) -> Ran {
    place.run(["train", "run.toml"].iter().chain(more))
}

fn plugins(place: &Workplace, words: &[&str]) -> String {
    let ran = place.run(["plugins"].iter().chain(words));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.stdout
}

/// What the one plugin of a run could have used, as the run's folder keeps it.
fn granted(place: &Workplace, ran: &Ran) -> toml::Table {
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let folder = ran.of("tested")[0]["folder"].as_str().unwrap().to_owned();
    let kept = fs::read_to_string(place.path(folder).join("plugins.lock")).unwrap();
    let kept: toml::Table = kept.parse().unwrap();
    kept["plugin"][0]["powers"].as_table().unwrap().clone()
}

/// The powers granted when the run file is trained now.
fn powers(place: &Workplace) -> toml::Table {
    granted(place, &train(place, &["--json"]))
}

fn refused(ran: &Ran) -> &str {
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    &ran.stderr
}

#[test]
fn what_a_dropped_file_lacks_is_told_with_the_command_that_grants_it() {
    let place = workplace();
    let told = train(&place, &[]).stdout;
    let line = told.lines().find(|line| line.starts_with("plugin every-signal")).unwrap();
    assert!(line.contains("not granted: weights, sampler, checkpoint; to grant it: "), "{line}");
    let command = line.split_once("to grant it: callbox ").unwrap().1;
    let words: Vec<&str> = command.split(' ').collect();
    assert_eq!(words[..4], ["plugins", "grant", "run.toml", "plugins/every.wasm"]);
    // It is typed as it stands there.
    let typed = place.run(&words);
    assert_eq!(typed.code, 0, "{}", typed.stderr);
    assert!(typed.stdout.contains("weights"), "{}", typed.stdout);
    let now = train(&place, &["--json"]);
    assert!(granted(&place, &now).contains_key("weights"), "{}", now.stdout);
    assert_eq!(now.of("joined")[0]["denied"], serde_json::Value::Null);
}

#[test]
fn bounds_are_granted_and_taken_back() {
    let place = workplace();
    let file = "plugins/every.wasm";
    plugins(&place, &["grant", "run.toml", file, "lr=1e-6..5", "control=7..", "sampler"]);
    let with = powers(&place);
    assert_eq!(with["lr"], toml::Value::from(vec![1e-6, 5.0]));
    assert_eq!(with["control"]["from-step"].as_integer(), Some(7));
    assert_eq!(with["sampler"].as_bool(), Some(true));
    assert_eq!(with["wd"]["max"].as_float(), Some(0.1), "as any dropped file");
    assert!(!with.contains_key("weights"), "{with}");
    plugins(&place, &["revoke", "run.toml", file, "lr", "sampler"]);
    let without = powers(&place);
    assert!(!without.contains_key("lr") && !without.contains_key("sampler"), "{without}");
    assert_eq!(without["control"], with["control"]);
    plugins(&place, &["revoke", "run.toml", file]);
    // Its plan uses `control` all the same, so that it is left out.
    let left_out = train(&place, &[]);
    assert!(left_out.stderr.contains("`control`, which it was not granted"), "{}", left_out.stderr);
}

#[test]
fn a_stop_before_its_step_is_refused() {
    let place = workplace();
    place.write("plugins/every.toml", "[params]\nalways = true\n");
    let file = "plugins/every.wasm";
    plugins(&place, &["grant", "run.toml", file, "control=2.."]);
    let ran = train(&place, &["--json"]);
    let verdicts: Vec<_> = ran.of("signal").iter().map(|s| s["verdict"].clone()).collect();
    assert_eq!(verdicts, ["refused", "refused", "applied"], "{}", ran.stdout);
}

#[test]
fn a_changed_file_has_a_strangers_rights_and_the_difference_is_told() {
    let place = workplace();
    let file = "plugins/every.wasm";
    plugins(&place, &["grant", "run.toml", file, "weights", "lr=..0.3"]);
    let lock = fs::read_to_string(place.path("plugins.lock")).unwrap();
    // As if it had asked for less then.
    place.write("plugins.lock", lock.replace(", \"sampler\"", "").replace("0.1.0", "0.0.9"));
    let whole = fs::read(place.path(file)).unwrap();
    // An empty custom section changes the digest and nothing else.
    place.write(file, [whole.as_slice(), &[0, 2, 1, b'x']].concat());
    let ran = train(&place, &["--json"]);
    let powers = granted(&place, &ran);
    assert_eq!(powers["lr"]["max"].as_float(), Some(0.3), "its limit holds");
    assert!(!powers.contains_key("weights") && !powers.contains_key("sampler"), "{powers}");
    let changed = ran.of("joined")[0]["changed"].as_str().unwrap().to_owned();
    assert!(changed.starts_with("every-signal 0.0.9 ("), "{changed}");
    assert!(
        changed.contains(") lay in the place of this file (")
            && changed.ends_with(", and this one asks for sampler in addition"),
        "{changed}"
    );
    assert!(train(&place, &[]).stderr.contains(&changed));
}

/// To write a changed file down, or to grant it one thing, gives it back nothing of what only another one
/// was granted.
#[test]
fn locking_or_granting_a_changed_file_revives_no_grant() {
    let changed = || {
        let place = workplace();
        let file = "plugins/every.wasm";
        plugins(&place, &["grant", "run.toml", file, "weights", "lr=..0.3", "wd=..50"]);
        let whole = fs::read(place.path(file)).unwrap();
        place.write(file, [whole.as_slice(), &[0, 2, 1, b'x']].concat());
        place
    };
    let place = changed();
    let told = plugins(&place, &["lock", "run.toml"]);
    assert!(told.contains("every-signal 0.1.0 in the place of every-signal 0.1.0"), "{told}");
    assert!(told.contains("no longer granted: weights"), "{told}");
    let after = powers(&place);
    assert!(!after.contains_key("weights"), "{after}");
    assert_eq!(after["lr"]["max"].as_float(), Some(0.3), "a limit stays");
    assert_eq!(after["wd"]["max"].as_float(), Some(0.1), "and goes no further than a stranger's");
    let place = changed();
    plugins(&place, &["grant", "run.toml", "plugins/every.wasm", "sampler"]);
    let after = powers(&place);
    assert!(after.contains_key("sampler") && !after.contains_key("weights"), "{after}");
    assert_eq!(after["wd"]["max"].as_float(), Some(0.1));
}

/// With parameters of somebody else's beside it.
#[test]
fn a_copy_elsewhere_has_no_grant() {
    let place = workplace();
    plugins(&place, &["grant", "run.toml", "plugins/every.wasm", "weights"]);
    let whole = fs::read(place.path("plugins/every.wasm")).unwrap();
    place.write("plugins/a.wasm", whole);
    let ran = train(&place, &["--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    // The known one takes part, whatever comes before it in the alphabet.
    assert_eq!(ran.of("joined")[0]["source"], "plugins/every.wasm");
    let left_out = ran.of("notice")[0]["text"].as_str().unwrap().to_owned();
    assert!(left_out.contains("plugins/every.wasm has this name already"), "{left_out}");
    assert_eq!(train(&place, &["--locked"]).code, 2);
    fs::remove_file(place.path("plugins/every.wasm")).unwrap();
    assert!(!powers(&place).contains_key("weights"));
}

/// Whatever a dropped file calls itself, the run file's own names are taken, and it stops no start.
#[test]
fn a_dropped_files_name_stops_no_start() {
    let place = workplace();
    place.drop_in("library/one-cycle.wasm", "one-cycle");
    let named = "[plugins]\nlibrary = [\"library\"]\n[[plugin]]\nname = \"one-cycle\"\n";
    // Who calls itself as the shadow will be called.
    place.write("run.toml", format!("{RUN}{named}as = \"every\"\nshadow = \"one-cycle\"\n"));
    fs::remove_file(place.path("plugins/every.toml")).unwrap();
    let about = About { name: "every-shadow".to_owned(), ..About::default() };
    place.write("plugins/every.wasm", Wat { about, ..Wat::default() }.module());
    let ran = train(&place, &["--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(ran.of("joined")[1]["mode"], "shadow");
    // Who calls itself as a preferred owner that it is not.
    place.write("run.toml", format!("{RUN}[owners]\nlr = \"every-shadow\"\n"));
    let ran = train(&place, &["--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    fs::remove_file(place.path("plugins/every.wasm")).unwrap();
    assert_eq!(
        train(&place, &[]).code,
        2,
        "without a dropped file it is a mistake of the run file's"
    );
}

/// Two names that read alike are not told apart by anybody who reads them.
#[test]
fn a_file_whose_name_cannot_be_read_is_left_out() {
    let place = workplace();
    for name in ["every\u{200b}", "a\u{e0041}", "x\u{1b}[2J"] {
        place.drop_in(&format!("plugins/{name}.wasm"), "eye-of-sauron");
    }
    let ran = train(&place, &["--json"]);
    assert_eq!(ran.of("joined").len(), 1);
    assert_eq!(ran.of("notice").len(), 3);
    for notice in ran.of("notice") {
        assert!(notice["text"].as_str().unwrap().contains("that cannot be seen"), "{notice}");
    }
}

/// Another file that calls itself the same is not the one that was granted something.
#[test]
fn a_grant_goes_with_the_file_not_with_the_name() {
    let place = workplace();
    plugins(&place, &["grant", "run.toml", "plugins/every.wasm", "weights"]);
    let whole = fs::read(place.path("plugins/every.wasm")).unwrap();
    place.write("plugins/a.wasm", [whole.as_slice(), &[0, 2, 1, b'x']].concat());
    fs::remove_file(place.path("plugins/every.wasm")).unwrap();
    assert!(!powers(&place).contains_key("weights"));
}

#[test]
fn locked_refuses_what_is_absent_or_changed() {
    let place = workplace();
    let told = refused(&train(&place, &["--locked"])).to_owned();
    assert!(told.contains("plugins/every.wasm: it is not in plugins.lock"), "{told}");
    assert!(told.contains("type: callbox plugins lock run.toml"), "{told}");
    let locked = plugins(&place, &["lock", "run.toml"]);
    assert!(locked.starts_with("every-signal 0.1.0: new\n"), "{locked}");
    let locked = granted(&place, &train(&place, &["--json", "--locked"]));
    fs::rename(place.path("plugins.lock"), place.path("aside")).unwrap();
    assert_eq!(locked, powers(&place), "locking grants nothing");
    fs::rename(place.path("aside"), place.path("plugins.lock")).unwrap();
    let file = "plugins/every.wasm";
    let whole = fs::read(place.path(file)).unwrap();
    place.write(file, [whole.as_slice(), &[0, 2, 1, b'x']].concat());
    let told = refused(&train(&place, &["--locked"])).to_owned();
    assert!(told.contains("it has changed since it was locked: sha256 "), "{told}");
    fs::remove_file(place.path(file)).unwrap();
    place.write("plugins/new.wasm", "no plugin");
    assert!(refused(&train(&place, &["--locked"])).contains("plugins/new.wasm"));
}

/// The same demand, made once for all runs; a stranger's file is left out, and no run is refused.
#[test]
fn trust_in_digests_leaves_out_what_the_lock_does_not_know() {
    let place = workplace();
    place.write("run.toml", format!("{RUN}[plugins]\ntrust = \"digest\"\n"));
    let ran = train(&place, &["--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.of("joined").is_empty());
    let told = ran.of("notice")[0]["text"].as_str().unwrap().to_owned();
    assert!(told.contains("which `trust = \"digest\"` demands"), "{told}");
    // The command that it names works.
    plugins(&place, &["lock", "run.toml"]);
    assert_eq!(train(&place, &["--json"]).of("joined").len(), 1);
}

/// A run can be repeated from its own folder's word on who took part.
#[test]
fn the_runs_folder_keeps_what_each_plugin_had() {
    let place = workplace();
    assert_eq!(train(&place, &[]).code, 0);
    let kept = fs::read_to_string(place.path("runs/digits/plugins.lock")).unwrap();
    let kept: toml::Table = kept.parse().unwrap();
    let plugin = &kept["plugin"][0];
    assert_eq!(plugin["name"].as_str(), Some("every-signal"));
    assert_eq!(plugin["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(plugin["powers"]["lr"]["max"].as_float(), Some(1.0));
}

#[test]
fn mistakes_say_what_to_type() {
    let place = workplace();
    let told = |words: &[&str]| {
        let ran = place.run(["plugins"].iter().chain(words));
        assert_eq!(ran.code, 2, "{}", ran.stdout);
        ran.stderr
    };
    let grant = |power| told(&["grant", "run.toml", "plugins/every.wasm", power]);
    assert!(grant("wieghts").contains("did you mean `weights`?"));
    assert!(grant("lr=5").contains("expected a range such as `1e-6..1`"));
    assert!(grant("lr=2..1").contains("not greater than `max`"));
    assert!(grant("weights=0..1").contains("has no `min` and `max`"));
    assert!(told(&["grant", "no.toml", "plugins/every.wasm"]).contains("no such run file"));
    assert!(
        told(&["revoke", "run.toml", "plugins/every.wasm", "weights"]).contains("does not have")
    );
    place.write("plugins.lock", "version = 1\n[[plugin]]\nfile = 3\n");
    let ran = train(&place, &[]);
    assert!(refused(&ran).contains("plugins.lock"), "{}", ran.stderr);
    let error = refused(&ran);
    assert!(error.contains("line 3"), "{error}");
}

#[test]
fn the_run_file_observes_and_shadows() {
    let place = workplace();
    fs::remove_file(place.path("plugins/every.wasm")).unwrap();
    fs::remove_file(place.path("plugins/every.toml")).unwrap();
    place.drop_in("library/one-cycle.wasm", "one-cycle");
    place.drop_in("library/one-cycle-2.wasm", "one-cycle");
    let table = "[plugins]\nlibrary = [\"library\"]\n[[plugin]]\nname = \"one-cycle\"\n";
    let numbers = |more: &str| {
        place.write("run.toml", format!("{RUN}{more}"));
        let ran = train(&place, &["--json"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let values = ran.of("tested")[0]["values"].clone();
        (values, ran)
    };
    let without = numbers("").0;
    let with = numbers(table).0;
    assert_ne!(with, without);
    assert_eq!(numbers(&format!("{table}mode = \"observe\"\n")).0, without);
    let (shadowed, ran) = numbers(&format!("{table}shadow = \"one-cycle-2\"\n"));
    assert_eq!(shadowed, with);
    assert!(ran.of("differs").is_empty());
    assert_eq!(ran.of("joined")[1]["plugin"], "one-cycle-shadow");
    assert_eq!(ran.of("joined")[1]["mode"], "shadow");
}

/// The user's own file beside a dropped one.
#[test]
fn a_sidecar_observes_a_dropped_file() {
    let place = workplace();
    place.write("plugins/every.toml", "mode = \"observe\"\n");
    let ran = train(&place, &["--json"]);
    assert_eq!(ran.of("signal")[0]["verdict"], "observed");
    assert_eq!(ran.of("finished")[0]["outcome"]["kind"], "completed");
}

/// Parameters lie beside the link, and would be the stranger's.
#[cfg(unix)]
#[test]
fn a_link_to_a_known_file_has_no_grant() {
    let place = workplace();
    plugins(&place, &["grant", "run.toml", "plugins/every.wasm", "weights"]);
    std::os::unix::fs::symlink("every.wasm", place.path("plugins/aaa.wasm")).unwrap();
    let ran = train(&place, &["--json"]);
    assert_eq!(ran.of("joined")[0]["source"], "plugins/every.wasm");
    assert_eq!(train(&place, &["--locked"]).code, 2);
    fs::rename(place.path("plugins/every.wasm"), place.path("every.wasm")).unwrap();
    fs::remove_file(place.path("plugins/aaa.wasm")).unwrap();
    std::os::unix::fs::symlink("../every.wasm", place.path("plugins/aaa.wasm")).unwrap();
    assert!(!powers(&place).contains_key("weights"));
}
