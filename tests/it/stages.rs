//! Stages, trials and lengths in steps, through the program.

use callbox_tests::{Ran, Workplace};
use serde_json::Value as Json;

const RUN: &str = r#"
name = "staged"
epochs = 2
device = "cpu"
[data]
kind = "digits"
batch-size = 256
[model]
kind = "mlp"
hidden = [8]
[optimizer]
kind = "adam"
lr = 0.01
[plugins]
library = ["library"]
"#;

const TRIAL: &str = r#"
[[stage]]
name = "look"
trial = true
max-steps = 20
[[stage.plugin]]
name = "lr-finder"
params = { num-it = 20 }
"#;

const MAIN: &str = "\n[[stage]]\nname = \"main\"\n";

fn workplace(run: &str) -> Workplace {
    let place = Workplace::new(env!("CARGO_BIN_EXE_callbox-tested"));
    place.write("run.toml", run);
    for plugin in ["lr-finder", "one-cycle", "early-stopping"] {
        place.drop_in(&format!("library/{plugin}.wasm"), plugin);
    }
    place.drop_in("plugins/every-hook.wasm", "every-hook");
    place
}

fn train(place: &Workplace) -> Ran {
    let ran = place.run(["train", "run.toml", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran
}

/// Everything that the stage `main` recorded, without times; and the bytes of its checkpoint.
fn left_by_main(place: &Workplace) -> (Vec<Json>, Vec<Vec<u8>>) {
    let records = train(place).records();
    let begins = records
        .iter()
        .position(|record| record["event"] == "stage-begun" && record["stage"] == "main")
        .unwrap();
    let mut kept = records[begins..].to_vec();
    for record in &mut kept {
        let record = record.as_object_mut().unwrap();
        record.remove("seconds");
        record.remove("plugins");
        record.remove("folder");
    }
    let file = |name: &str| std::fs::read(place.path("runs/staged/checkpoints/last").join(name));
    let files =
        ["model.safetensors", "optimizer.safetensors", "random.safetensors", "position.json"];
    (kept, files.map(|name| file(name).unwrap()).to_vec())
}

#[test]
fn a_trial_before_a_fit_changes_not_a_byte_of_it() {
    let with = left_by_main(&workplace(&format!("{RUN}{TRIAL}{MAIN}")));
    let without = left_by_main(&workplace(&format!("{RUN}{MAIN}")));
    assert_eq!(with.0, without.0, "records");
    assert!(with.1 == without.1, "checkpoint");
}

/// What the run's plugins prefer does not concern a trial, and a trial at the end is not what is kept.
#[test]
fn a_trial_knows_nothing_of_owners_and_leaves_no_checkpoint() {
    let owners = "[[plugin]]\nname = \"one-cycle\"\n[owners]\nlr = \"one-cycle\"\n";
    let place = workplace(&format!("{RUN}{owners}{MAIN}{TRIAL}"));
    train(&place);
    let position = std::fs::read(place.path("runs/staged/checkpoints/last/position.json")).unwrap();
    let position: Json = serde_json::from_slice(&position).unwrap();
    assert_eq!(position["iteration"], 10, "two epochs of five batches, and nothing of the trial");
}

#[test]
fn a_stage_of_a_single_run_is_the_run_without_stages() {
    let staged = workplace(&format!("{RUN}{MAIN}"));
    let plain = workplace(RUN);
    let epochs = |place: &Workplace| {
        let mut rows = train(place).of("epoch");
        rows.iter_mut().for_each(|row| drop(row.as_object_mut().unwrap().remove("seconds")));
        rows
    };
    assert_eq!(epochs(&staged), epochs(&plain));
}

#[test]
fn to_a_plugin_a_stage_is_a_run_and_stop_ends_the_stage_alone() {
    let stages = r#"
[[stage]]
name = "head"
epochs = 5
freeze = ["body"]
optimizer = { lr = 0.02 }
[[stage.plugin]]
name = "early-stopping"
params = { patience = 0, min-delta = 9.0 }
[[stage]]
name = "all"
epochs = 1
"#;
    let ran = train(&workplace(&format!("{RUN}{stages}")));
    let outcomes: Vec<String> = ran
        .of("finished")
        .iter()
        .map(|record| record["outcome"]["kind"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(outcomes, ["stopped", "completed"]);
    let begun = ran.of("log");
    let begins = begun.iter().filter(|log| {
        log["plugin"] == "every-hook" && log["line"].as_str().unwrap().contains("hook=train-begin")
    });
    assert_eq!(begins.count(), 2);
    assert_eq!(ran.of("epoch").iter().filter(|row| row["epoch"] == 0).count(), 2);
}

#[test]
fn stages_are_shown_and_mistakes_in_them_named() {
    let place = workplace(&format!("{RUN}{TRIAL}{MAIN}"));
    let shown = place.run(["loop", "run.toml"]);
    assert_eq!(shown.code, 0, "{}", shown.stderr);
    assert!(shown.stdout.contains("stage look (trial)\n") && shown.stdout.contains("stage main\n"));
    let error = |stages: &str| {
        let ran = workplace(&format!("{RUN}{stages}")).run(["train", "run.toml"]);
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        ran.stderr
    };
    let texts = [
        error("[[stage]]\nname = \"a\"\n[[stage]]\nname = \"a\"\n"),
        error("[[stage]]\nname = \"A b\"\n"),
        error("[[stage]]\nname = \"a\"\nepochs = 0\n"),
        error("[[stage]]\nname = \"a\"\nfreeze = [\"tail\"]\n"),
        error(
            "[[stage]]\nname = \"a\"\n[[stage.plugin]]\nname = \"one-cycle\"\nparams = { lr-mx = 1 }\n",
        ),
        error("[[stage]]\nname = \"a\"\ntrail = true\n"),
    ];
    insta::assert_snapshot!(texts.join(""));
}

#[test]
fn a_run_may_end_by_steps_and_validate_by_steps() {
    let run = RUN.replace("epochs = 2", "max-steps = 7\nvalidate-every = 3");
    let ran = train(&workplace(&run));
    let at = |row: &Json| row["iteration"].as_u64().unwrap();
    assert_eq!(ran.of("validated").iter().map(at).collect::<Vec<_>>(), [3, 6]);
    // Five batches an epoch: the second one ends after two, and what it trained is measured.
    let rows = ran.of("epoch");
    assert_eq!(rows.len(), 2);
    let columns = ran.of("begun")[0]["metrics"].as_array().unwrap().clone();
    let valid = columns.iter().position(|name| name == "valid-loss").unwrap();
    // An epoch's row shows the last validation in it.
    let shown = |row: &Json| row["values"][valid].as_f64().unwrap();
    assert_eq!(shown(&rows[0]), shown(&ran.of("validated")[0]));
    assert!(shown(&rows[1]) != shown(&ran.of("validated")[1]));
    assert_eq!((&rows[0]["partial"], &rows[1]["partial"]), (&false.into(), &true.into()));
}

#[test]
fn endless_data_needs_an_end() {
    let endless = RUN.replace("batch-size = 256", "batch-size = 256\nendless = true");
    let shown = workplace(&endless).run(["loop", "run.toml"]);
    assert_eq!(shown.code, 0);
    assert!(shown.stderr.contains("is endless and no `max-steps` is given"), "{}", shown.stderr);
    let ended = endless.replace("epochs = 2", "max-steps = 12\nvalidate-every = 5");
    let ran = train(&workplace(&ended));
    assert_eq!((ran.of("validated").len(), ran.of("epoch").len()), (2, 1));
    let neither = workplace(&RUN.replace("epochs = 2", "")).run(["train", "run.toml"]);
    assert!(neither.stderr.contains("neither `epochs` nor `max-steps`"), "{}", neither.stderr);
}

#[test]
fn lr_find_suggests_a_rate_and_leaves_no_trace() {
    let place = workplace(RUN);
    let ran = place.run(["lr-find", "run.toml"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.starts_with("suggestion: lr "), "{}", ran.stdout);
    assert!(ran.stdout.contains("to use it: callbox train run.toml --set optimizer.lr="));
    assert!(ran.stdout.contains("plot: runs/lr-find/staged.svg\nplot: runs/lr-find/staged.png\n"));
    let svg = std::fs::read_to_string(place.path("runs/lr-find/staged.svg")).unwrap();
    assert!(svg.contains("learning rate") && svg.contains("valley"));
    assert!(std::fs::read(place.path("runs/lr-find/staged.png")).unwrap().starts_with(b"\x89PNG"));
    assert_eq!(std::fs::read_dir(place.path("runs")).unwrap().count(), 1, "no run was kept");
    let found = place.run(["lr-find", "run.toml", "--json"]).of("lr-found");
    let suggestion = found[0]["suggestion"].as_f64().unwrap();
    assert!((1e-4..1.0).contains(&suggestion), "{suggestion}");
    let short = place.run(["lr-find", "run.toml", "--preset", "fastai1", "--num-it", "8"]);
    assert!(short.stdout.starts_with("no suggestion"), "{}{}", short.stdout, short.stderr);
}
