use callbox_tests::{Ran, Workplace};
use serde_json::Value as Json;

/// A regression whose target is a sum that noise lies over.
fn houses() -> String {
    let row = |row: i32| {
        let (rooms, age) = (1 + row % 6, row * 7 % 40);
        let place = ["town", "coast", "hills"][usize::try_from(row).unwrap() % 3];
        let price = 40 * rooms - age + i32::from(place == "coast") * 50 + row * 13 % 5;
        format!("{rooms},{age},{place},{price}\n")
    };
    "rooms,age,place,price\n".to_owned() + &(0..120).map(row).collect::<String>()
}

const HOUSES: &str = r#"
name = "houses"
epochs = 20
device = "cpu"
metrics = ["mae"]
[data]
kind = "csv"
path = "tables/houses.csv"
target = "price"
normalise-targets = true
batch-size = 16
[model]
kind = "mlp"
hidden = [16]
[loss]
kind = "mse"
[optimizer]
kind = "adam"
lr = 0.01
"#;

const DATA: &str = r#"
name = "data"
epochs = 1
device = "cpu"
[model]
kind = "mlp"
[optimizer]
kind = "sgd"
"#;

fn place() -> Workplace {
    Workplace::new(env!("CARGO_BIN_EXE_callbox-tested"))
}

fn check(place: &Workplace, run: &str, more: &[&str]) -> Ran {
    place.run(["data", "check", run].iter().chain(more))
}

/// What is told of the data that this describes, in `data.toml`.
fn checked(place: &Workplace, data: &str, code: i32) -> (Vec<Json>, Vec<String>) {
    place.write("data.toml", format!("{DATA}[data]\n{data}"));
    let ran = check(place, "data.toml", &["--json"]);
    assert_eq!(ran.code, code, "{}{}", ran.stdout, ran.stderr);
    let problems = ran.of("data-checked")[0]["problems"].clone();
    (ran.of("data"), serde_json::from_value(problems).unwrap())
}

#[test]
fn a_table_is_checked_trained_on_and_measured_again() {
    let place = place();
    place.write("project/tables/houses.csv", houses());
    place.write("project/run.toml", HOUSES);
    let ran = check(&place, "project/run.toml", &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines[0], "data: csv");
    assert!(lines[1].starts_with("train: 96 samples in 6 batches; inputs [5], numbers from "));
    assert!(lines[2].starts_with("  targets [1], numbers from "), "{}", lines[2]);
    assert_eq!(lines.last(), Some(&"nothing is wrong"));
    // The path is relative to the run file, wherever the program is called.
    let ran = place.run(["train", "project/run.toml", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let losses =
        ran.of("epoch").iter().map(|row| row["values"][0].as_f64().unwrap()).collect::<Vec<_>>();
    assert!(losses[19] < losses[0] / 4.0, "{losses:?}");
    // Also in the copy that the run keeps, which lies elsewhere.
    let eval = place.run(["eval", "houses", "--json"]);
    assert_eq!(eval.code, 0, "{}", eval.stderr);
    assert_eq!(eval.of("evaluated")[0]["values"], ran.of("tested")[0]["values"]);
    let kept = place.run(["data", "check", "runs/houses/run.toml"]);
    assert_eq!(kept.code, 0, "{}", kept.stderr);
}

#[test]
fn a_wrong_run_file_and_wrong_data_have_codes_of_their_own() {
    let place = place();
    place.write("tables/houses.csv", houses());
    place.write("run.toml", HOUSES);
    let told = |code: i32, more: &[&str]| {
        let ran = check(&place, "run.toml", more);
        assert_eq!(ran.code, code, "{}{}", ran.stdout, ran.stderr);
        (ran.stdout + &ran.stderr).replace(&place.path("").display().to_string(), "")
    };
    let error = told(2, &["--set", "data.target=prize"]);
    assert_eq!(
        error,
        "error: run.toml: [data]: target: tables/houses.csv has no column `prize`; there are rooms, \
         age, place, price; did you mean `price`?\n"
    );
    assert!(told(2, &["--set", "data.norm=true"]).contains("did you mean `normalise`?"));
    assert!(told(2, &["--set", "data.kind=cssv"]).contains("did you mean `csv`?"));
    let error = told(1, &["--set", "data.path=tables/nothing.csv"]);
    assert_eq!(
        error,
        "data: csv\nwrong: tables/nothing.csv: there is no such file\nerror: the data has 1 problem\n"
    );
    place.write("tables/houses.csv", houses().replace("\n3,", "\nthree,"));
    let error = told(1, &[]);
    assert!(error.contains("wrong: tables/houses.csv, row 3, column `rooms`: expected a number"));
    // Training says the same, before it has begun.
    let ran = place.run(["train", "run.toml"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.starts_with("error: run.toml: [data]: "), "{}", ran.stderr);
    assert!(!place.path("runs").exists());
}

#[test]
fn all_images_that_do_not_decode_are_told() {
    let place = place();
    let image = include_bytes!("../oracle/readers/a.png");
    for number in 0..10 {
        place.write(&format!("pictures/one/{number}.png"), image);
        place.write(&format!("pictures/two/{number}.png"), image);
    }
    let data = "kind = 'images'\npath = 'pictures'\nsize = [4, 4]\nbatch-size = 5";
    let (parts, problems) = checked(&place, data, 0);
    assert!(problems.is_empty());
    let train = &parts[0];
    assert_eq!(
        (&train["samples"], &train["input-shape"]),
        (&16.into(), &serde_json::json!([3, 4, 4]))
    );
    assert_eq!(parts.len(), 3);
    place.write("pictures/one/3.png", &image[..50]);
    place.write("pictures/two/7.png", "text");
    let (parts, problems) = checked(&place, data, 1);
    assert_eq!((parts.len(), problems.len()), (0, 2));
    let names = ["one/3.png: it does not decode: ", "two/7.png: it is neither JPEG nor PNG"];
    for name in names {
        assert!(problems.iter().any(|problem| problem.contains(name)), "{problems:?}");
    }
}

#[test]
fn a_text_and_tensors_are_described() {
    let place = place();
    place.write("a.txt", "to be or not to be\n".repeat(20));
    let text = "kind = 'text'\npath = 'a.txt'\nunit = 'characters'\ntime = 5\nbatch-size = 4";
    let (parts, _) = checked(&place, text, 0);
    let train = &parts[0];
    assert_eq!((&train["vocabulary"], &train["input-shape"]), (&8.into(), &serde_json::json!([5])));
    assert_eq!(train["class-counts"].as_array().unwrap().len(), 8);
    let array = include_bytes!("../oracle/readers/plain.npz");
    place.write("a.npz", array);
    let (parts, problems) = checked(&place, "kind = 'tensors'\npath = 'a.npz'", 0);
    assert_eq!((problems.len(), &parts[0]["classes"]), (0, &3.into()));
}

/// An IDX file: its dimensions, then bytes.
fn idx(dimensions: &[u32], content: impl Iterator<Item = u8>) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, u8::try_from(dimensions.len()).unwrap()];
    bytes.extend(dimensions.iter().flat_map(|side| side.to_be_bytes()));
    bytes.extend(content);
    bytes
}

#[test]
fn mnists_files_are_trained_on() {
    let place = place();
    for (part, count) in [("train", 60_u32), ("t10k", 20)] {
        let images = (0..count * 784).map(|at| u8::try_from(at / 784 * 12 % 256).unwrap());
        place.write(&format!("m/{part}-images-idx3-ubyte"), idx(&[count, 28, 28], images));
        let classes = (0..count).map(|image| u8::try_from(image % 10).unwrap());
        place.write(&format!("m/{part}-labels-idx1-ubyte"), idx(&[count], classes));
    }
    place.write(
        "run.toml",
        format!("{DATA}[data]\nkind = 'mnist'\npath = 'm'\nvalid-fraction = 0.2"),
    );
    let ran = place.run(["train", "run.toml", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.of("tested")[0]["values"]["accuracy"].is_number());
}
