use std::io::{BufRead, BufReader};
use std::process::Stdio;

use callbox_tests::{Ran, Workplace};
use serde_json::Value as Json;

pub(crate) const RUN: &str = r#"
name = "digits"
epochs = 2
device = "cpu"
[data]
kind = "digits"
[model]
kind = "mlp"
hidden = [32]
[optimizer]
kind = "adam"
lr = 0.01
"#;

/// The start of a table for a plugin from the library.
const NAMED: &str = "[plugins]\nlibrary = [\"library\"]\n[[plugin]]\nname = \"one-cycle\"\n";

pub(crate) fn workplace(run: &str) -> Workplace {
    let place = Workplace::new(env!("CARGO_BIN_EXE_callbox-tested"));
    place.write("run.toml", run);
    place
}

pub(crate) fn train(place: &Workplace, more: &[&str]) -> Ran {
    place.run(["train", "run.toml"].iter().chain(more))
}

/// What depends on the numbers alone: no times, no folders.
fn numbers(ran: &Ran) -> Vec<Json> {
    let mut kept: Vec<Json> = ran
        .records()
        .into_iter()
        .filter(|r| r["event"] == "epoch" || r["event"] == "tested")
        .collect();
    for record in &mut kept {
        let record = record.as_object_mut().unwrap();
        record.remove("seconds");
        record.remove("folder");
    }
    kept
}

fn test_accuracy(ran: &Ran) -> f64 {
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.of("tested")[0]["values"]["accuracy"].as_f64().unwrap()
}

#[test]
fn a_cnn_reaches_97_percent_in_10_epochs() {
    let run = RUN.replace("kind = \"mlp\"\nhidden = [32]", "kind = \"cnn\"\nwidth = 16");
    let place =
        workplace(&run.replace("epochs = 2", "epochs = 10").replace("lr = 0.01", "lr = 0.003"));
    let accuracy = test_accuracy(&train(&place, &["--json"]));
    assert!(accuracy >= 0.97, "{accuracy}");
}

#[test]
fn an_mlp_reaches_94_percent() {
    let accuracy = test_accuracy(&train(&workplace(RUN), &["--json", "--epochs", "20"]));
    assert!(accuracy >= 0.94, "{accuracy}");
}

#[test]
fn the_same_command_prints_the_same_numbers_twice() {
    let place = workplace(RUN);
    place.drop_in("plugins/one-cycle.wasm", "one-cycle");
    let first = numbers(&train(&place, &["--json"]));
    assert_eq!(first, numbers(&train(&place, &["--json"])));
    assert_ne!(first, numbers(&train(&place, &["--json", "--seed", "1"])));
}

/// A plugin that only looks on leaves no trace in the numbers.
#[test]
fn looking_on_changes_nothing() {
    let place = workplace(RUN);
    let without = numbers(&train(&place, &["--json"]));
    place.drop_in("plugins/eye-of-sauron.wasm", "eye-of-sauron");
    assert_eq!(numbers(&train(&place, &["--json"])), without);
}

#[test]
fn a_dropped_plugin_takes_effect_and_its_removal_undoes_it() {
    let place = workplace(RUN);
    let before = numbers(&train(&place, &["--json"]));
    place.drop_in("plugins/any_name.wasm", "one-cycle");
    place.write("plugins/any_name.toml", "[params]\nlr-max = 0.05\n");
    let with = train(&place, &["--json"]);
    assert_eq!(with.of("joined")[0]["plugin"], "one-cycle");
    assert_ne!(numbers(&with), before);
    std::fs::remove_file(place.path("plugins/any_name.wasm")).unwrap();
    assert_eq!(numbers(&train(&place, &["--json"])), before);
}

#[test]
fn a_named_plugin_stops_the_run() {
    let place = workplace(&format!(
        "{RUN}\n[plugins]\nlibrary = [\"library\"]\n[[plugin]]\nname = \"early-stopping\"\n\
         params = {{ monitor = \"accuracy\", min-delta = 1 }}\n"
    ));
    place.drop_in("library/early-stopping.wasm", "early-stopping");
    let ran = train(&place, &["--epochs", "5"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("stopped by early-stopping:"), "{}", ran.stdout);
}

#[test]
fn nan_is_stopped_before_it_reaches_the_weights() {
    let run = RUN.replace("kind = \"adam\"\nlr = 0.01", "kind = \"sgd\"\nlr = 1e30");
    let place = workplace(&run);
    place.drop_in("plugins/terminate-on-nan.wasm", "terminate-on-nan");
    let ran = train(&place, &["--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(ran.of("finished")[0]["outcome"]["stops"][0]["by"], "terminate-on-nan");
}

#[test]
fn the_loop_is_printed_with_who_runs_where() {
    let place = workplace(RUN);
    place.drop_in("plugins/one-cycle.wasm", "one-cycle");
    place.drop_in("plugins/early-stopping.wasm", "early-stopping");
    let ran = place.run(["loop", "run.toml"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    insta::assert_snapshot!(ran.stdout);
}

/// What a person reads, without the times.
#[test]
fn the_table_has_a_row_per_epoch_and_a_line_per_plugin() {
    let place = workplace(RUN);
    place.drop_in("plugins/one-cycle.wasm", "one-cycle");
    let ran = train(&place, &[]);
    let first_words: Vec<&str> =
        ran.stdout.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(first_words, ["plugin", "epoch", "1", "2", "plugin", "one-cycle", "test:", "kept"]);
    let header = ran.stdout.lines().nth(1).unwrap();
    assert!(
        header.contains("train-loss")
            && header.contains("valid-loss")
            && header.contains("accuracy")
    );
}

#[test]
fn the_runs_folder_holds_all_that_is_needed_to_look_back() {
    let place = workplace(RUN);
    place.drop_in("plugins/one-cycle.wasm", "one-cycle");
    for _ in 0..2 {
        assert_eq!(train(&place, &["--quiet"]).code, 0);
    }
    let names = [
        "run.toml",
        "plan.txt",
        "journal.jsonl",
        "checkpoints/last/model.safetensors",
        "checkpoints/last/optimizer.safetensors",
        "checkpoints/last/position.json",
        "checkpoints/last/plugins/one-cycle.bin",
    ];
    for folder in ["runs/digits", "runs/digits-2"] {
        for name in names {
            assert!(place.path(folder).join(name).exists(), "{folder}/{name}");
        }
    }
    let journal = std::fs::read_to_string(place.path("runs/digits/journal.jsonl")).unwrap();
    let signals = journal.lines().filter(|line| line.contains("\"event\":\"signal\"")).count();
    // lr of two layer groups and mom, at train-begin and after each of 20 batches.
    assert_eq!(signals, 3 * 21);
}

#[test]
fn what_a_plugin_reports_is_a_column() {
    let place = workplace(RUN);
    place.drop_in("plugins/answers.wasm", "answers");
    place.write("plugins/answers.toml", "[params]\nreports = [\"score\"]\nreport = \"score\"\n");
    let ran = train(&place, &["--json"]);
    let columns = ran.of("begun")[0]["metrics"].as_array().unwrap().clone();
    let score = columns.iter().position(|name| name == "score").unwrap();
    assert!(ran.of("epoch").iter().all(|epoch| epoch["values"][score] == 1.0));
}

#[test]
fn a_lost_essential_plugin_ends_the_run_with_a_checkpoint() {
    let place = workplace(&format!(
        "{RUN}\n[plugins]\nlibrary = [\"library\"]\n[[plugin]]\nname = \"trap\"\nfault = \"stop\"\n"
    ));
    place.drop_in("library/trap.wasm", "trap");
    let ran = train(&place, &[]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    assert!(
        ran.stderr.contains("error: the run failed: plugin `trap` was lost: "),
        "{}",
        ran.stderr
    );
    assert!(place.path("runs/digits/checkpoints/last/model.safetensors").exists());
}

#[test]
fn a_strangers_fault_does_not_end_the_run() {
    let place = workplace(RUN);
    place.drop_in("plugins/trap.wasm", "trap");
    place.drop_in("plugins/broken.wasm", "wasi");
    place.write("plugins/empty.wasm", "");
    place.write("plugins/notes.txt", "not a plugin");
    place.drop_in("plugins/deeper/one-cycle.wasm", "one-cycle");
    let ran = train(&place, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("plugin `trap`: trap at epoch 1, iteration 0,"), "{}", ran.stderr);
    assert_eq!(ran.stderr.matches("left out: ").count(), 2, "{}", ran.stderr);
}

/// What is wrong with a run file or a command, one sentence each, and exit code 2.
#[test]
fn configuration_errors() {
    let place = workplace(RUN);
    place.drop_in("library/one-cycle.wasm", "one-cycle");
    let told = |run: String, more: &[&str]| {
        place.write("run.toml", run);
        let ran = train(&place, more);
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        let beside_the_binary =
            std::path::Path::new(env!("CARGO_BIN_EXE_callbox-tested")).parent().unwrap();
        ran.stderr.replace(&beside_the_binary.display().to_string(), "BINARY")
    };
    let errors = [
        told(RUN.replace("epochs", "epoch"), &[]),
        told(RUN.replace("hidden", "hiden"), &[]),
        told(RUN.replace("\"adam\"", "\"adamm\""), &[]),
        told(RUN.replace("lr = 0.01", "lr = -1"), &[]),
        told(RUN.replace("epochs = 2", "epochs = \"two\""), &[]),
        told(RUN.to_owned() + "[plugins]\nuse = [\"one-cycel\"]\nlibrary = [\"library\"]\n", &[]),
        told(RUN.to_owned(), &["--set", "optimizer.lr"]),
        told(RUN.to_owned(), &["--set", "optimizer.rate=1"]),
        told(RUN.to_owned(), &["--plugins", "nowhere"]),
        told(RUN.replace("name = \"digits\"", "name = \"../digits\""), &[]),
        told(RUN.to_owned(), &["--device", "tpu"]),
        told(RUN.to_owned() + "[plugins]\ndefault-powers = [\"contrl\"]\n", &[]),
        told(RUN.to_owned() + "[owners]\nlr = \"one-cycle\"\n", &[]),
        told(format!("{RUN}{NAMED}params = {{ lr-mx = 1 }}\n"), &[]),
        told(format!("{RUN}{NAMED}params = {{ lr-max = -1 }}\n"), &[]),
        told(format!("{RUN}{NAMED}grants = [\"mom\"]\n"), &[]),
    ];
    insta::assert_snapshot!(errors.join("---\n"));
    assert_eq!(place.run(["train", "nowhere.toml"]).code, 2);
}

#[test]
fn a_run_file_names_metrics_and_loss() {
    let place = workplace(&format!(
        "metrics = [\"mse\", \"top-5\", \"auc\", \"f1\", \"perplexity\", \"mae\"]\n{RUN}\
         [loss]\nkind = \"cross-entropy\"\nlabel-smoothing = 0.1\n"
    ));
    let tested = train(&place, &["--json"]).of("tested")[0]["values"].clone();
    let within = |name: &str, low: f64, high: f64| {
        let value = tested[name].as_f64().unwrap();
        assert!((low..high).contains(&value), "{name} = {value}");
    };
    within("top-5", 0.9, 1.01);
    within("auc", 0.9, 1.01);
    within("f1", 0.5, 1.0);
    within("perplexity", 1.0, 5.0);
    assert_eq!(tested["accuracy"], Json::Null);
    let refused = |setting: &str| {
        let ran = train(&place, &["--set", setting]);
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        ran.stderr
    };
    assert!(refused("metrics=['acuracy']").contains("did you mean `accuracy`? known are"));
    assert!(refused("metrics=['f1', 'f1']").contains("metric `f1` is named twice"));
    assert!(refused("metrics=['top-11']").contains("the data has 10 classes"));
    assert!(refused("loss.kind='mse'").contains("label-smoothing belongs to kind `cross-entropy`"));
    assert!(refused("loss.kind='cross-entrpy'").contains("did you mean `cross-entropy`?"));
}

#[test]
fn cuda_without_its_libraries_is_an_error_that_says_what_to_do() {
    let ran = workplace(RUN).run(["train", "run.toml", "--device", "cuda:0"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("make libtorch CUDA=1") || ran.stderr.contains("driver"),
        "{}",
        ran.stderr
    );
}

/// Ctrl-C after the first epoch: the batch is finished, `finish` delivered, the checkpoint written.
#[cfg(unix)]
#[test]
fn an_interrupt_stops_after_the_batch() {
    let place = workplace(RUN);
    place.drop_in("plugins/every-hook.wasm", "every-hook");
    place.write("plugins/every-hook.toml", "[params]\nevery = 1000000\n");
    let arguments = ["train", "run.toml", "--json", "--epochs", "100000"];
    let mut child = place.command(arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    lines.find(|line| line.contains("\"event\":\"epoch\"")).unwrap();
    let killed =
        std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.unwrap().success());
    let rest: Vec<String> = lines.collect();
    assert!(child.wait().unwrap().success());
    let has = |text: &str| rest.iter().any(|line| line.contains(text));
    assert!(has("\"by\":\"user\"") && has("hook=finish"), "{rest:?}");
    assert!(place.path("runs/digits/checkpoints/last/model.safetensors").exists());
}

/// What was not measured in an epoch is not shown as if it were.
#[test]
fn an_epoch_cut_short_repeats_no_numbers() {
    let place = workplace(RUN);
    place.drop_in("plugins/every-signal.wasm", "every-signal");
    place.write("plugins/every-signal.toml", "[params]\niteration = 14\n");
    let epochs = train(&place, &["--json"]).of("epoch");
    assert_eq!((&epochs[0]["partial"], &epochs[1]["partial"]), (&false.into(), &true.into()));
    // train-loss, valid-loss, accuracy
    let measured = |epoch: &Json| -> Vec<bool> {
        epoch["values"].as_array().unwrap().iter().map(Json::is_number).collect()
    };
    assert_eq!(measured(&epochs[0])[..3], [true, true, true]);
    assert_eq!(measured(&epochs[1])[..3], [true, false, false]);
}

#[test]
fn a_misnamed_sidecar_is_not_passed_over_in_silence() {
    let place = workplace(RUN);
    place.drop_in("plugins/good_enough.wasm", "eye-of-sauron");
    place.write("plugins/good-enough.toml", "[params]\nevery = 2\n");
    let ran = train(&place, &[]);
    assert!(
        ran.stderr.contains("plugins/good-enough.toml sets parameters of nothing"),
        "{}",
        ran.stderr
    );
}

/// A file's name is anybody's choice; what it logs in a run stands under the name that was checked.
#[test]
fn nobody_logs_as_somebody_else() {
    let place = workplace(RUN);
    place.drop_in("plugins/early-stopping.wasm", "every-hook");
    place.write("plugins/early-stopping.toml", "[params]\nevery = 1000\n");
    let logs = train(&place, &["--json"]).of("log");
    assert!(!logs.is_empty() && logs.iter().all(|log| log["plugin"] == "every-hook"), "{logs:?}");
}

#[test]
fn a_parameter_is_set_from_the_command_line() {
    let place = workplace(&format!("{RUN}{NAMED}"));
    place.drop_in("library/one-cycle.wasm", "one-cycle");
    let usual = numbers(&train(&place, &["--json"]));
    let faster = train(&place, &["--json", "--set", "plugin.one-cycle.params.lr-max=0.03"]);
    assert_eq!(faster.code, 0, "{}", faster.stderr);
    assert_ne!(numbers(&faster), usual);
}

/// Who failed, how often, and how it ended, whatever scrolled away before.
#[test]
fn the_end_says_who_failed_and_how_often() {
    let place = workplace(&RUN.replace("epochs = 2", "max-steps = 130"));
    place.drop_in("plugins/trap.wasm", "trap");
    let ran = train(&place, &["--set", "data.batch-size=32"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let report = ran.stderr.lines().last().unwrap();
    assert!(
        report
            .starts_with("faults of trap: 4 trap, restarted 3 times, disabled; the last at epoch"),
        "{}",
        ran.stderr
    );
    let journal = std::fs::read_to_string(place.path("runs/digits/journal.jsonl")).unwrap();
    let last: Json = serde_json::from_str(journal.lines().last().unwrap()).unwrap();
    assert_eq!(last["plugins"][0]["faults-by-kind"]["trap"], 4);
}
