mod larger;

use super::super::oracle::{assert_near, file, flat, in_memory, oracle};
use super::*;
use crate::train::data::{Dataset, Targets};
use std::fs;

fn config(text: &str) -> TableConfig {
    toml::from_str(text).unwrap()
}

/// The oracle's training and test files, and what classes are called.
fn oracles(ending: &str, more: &str) -> (Dataset, Dataset, Vec<String>) {
    let [train, test] = ["train", "test"].map(|name| file(&format!("{name}.{ending}")));
    let text = format!(
        "train = '{}'\ntest = '{}'\nvalid-fraction = 0\n{more}",
        train.display(),
        test.display()
    );
    let layout = if ending == "csv" { Layout::Csv } else { Layout::Parquet };
    let parts = config(&text).load(0, layout, None).unwrap();
    assert!(parts.valid.is_none());
    (in_memory(parts.train), in_memory(parts.test.unwrap()), parts.class_names)
}

const FEATURES: &str = "features = ['age', 'income', 'city']\n";

#[test]
fn inputs_are_scikit_learns_in_both_layouts() {
    let expected = oracle().table;
    for ending in ["csv", "parquet"] {
        let (train, test, names) = oracles(ending, &format!("{FEATURES}target = 'score'"));
        assert!(names.is_empty());
        assert_eq!((train.spec.targets, train.inputs.size()), (Targets::Numbers(1), vec![40, 5]));
        // A split draws the training rows' order, also where nothing is split off.
        let mut rows: Vec<Vec<f64>> = flat(&train.inputs).chunks(5).map(<[f64]>::to_vec).collect();
        let mut wanted = expected.train.clone();
        let by = |a: &Vec<f64>, b: &Vec<f64>| a[1].total_cmp(&b[1]);
        rows.sort_by(by);
        wanted.sort_by(by);
        assert_near(&rows.concat(), &wanted.concat(), 1e-5);
        assert_near(&flat(&test.inputs), &expected.test.concat(), 1e-5);
        assert_near(&flat(&test.targets), &expected.scores, 1e-6);
    }
}

#[test]
fn texts_are_classes_and_numbers_too_if_it_is_said() {
    let expected = oracle().table;
    for ending in ["csv", "parquet"] {
        let (train, test, names) = oracles(ending, &format!("{FEATURES}target = 'plan'"));
        assert_eq!(names, ["basic", "plus"]);
        assert_eq!(train.class_counts, [32, 8]);
        assert_eq!(Vec::<i64>::try_from(&test.targets).unwrap(), expected.plans);
        let more = "features = ['income']\ntarget = 'age'\ntask = 'classes'";
        let (train, _, names) = oracles(ending, more);
        // By number: 9 before 10, and every age of both files.
        assert!(names.is_sorted_by_key(|name| name.parse::<u32>().unwrap()));
        assert_eq!(train.spec.classes(), Some(i64::try_from(names.len()).unwrap()));
        let more = "features = ['city']\ntarget = ['age', 'score']\nnormalise-targets = true";
        let (train, ..) = oracles(ending, more);
        assert_eq!(train.targets.size(), [40, 2]);
        let means = train.targets.mean_dim([0_i64].as_slice(), false, tch::Kind::Double);
        assert_near(&flat(&means), &[0.0, 0.0], 1e-6);
        let ages = "features = ['age']\ncategories = ['age']\ntarget = 'plan'";
        let (train, ..) = oracles(ending, ages);
        assert!(train.inputs.size()[1] > 20 && train.inputs.max().double_value(&[]) == 1.0);
    }
}

#[test]
fn what_is_missing_is_an_error_or_the_mean() {
    for (ending, layout) in [("csv", Layout::Csv), ("parquet", Layout::Parquet)] {
        let path = file(&format!("gaps.{ending}"));
        let text = format!(
            "train = '{}'\nvalid-fraction = 0\n{FEATURES}target = 'score'\n",
            path.display()
        );
        let told = config(&text).load(0, layout, None).unwrap_err().to_string();
        assert_eq!(
            told,
            format!(
                "{}, row 4, column `age`: expected a value, found none; `missing = \"mean\"` takes \
                 the training data's mean",
                path.display()
            )
        );
        let parts = config(&format!("{text}missing = 'mean'")).load(0, layout, None).unwrap();
        let inputs = in_memory(parts.train).inputs;
        // A number that is missing is the mean, which is 0; of a city that is, no input is 1.
        let zeros =
            |column| inputs.select(1, column).eq(0.0).sum(tch::Kind::Int64).int64_value(&[]);
        assert_eq!((zeros(0), zeros(1)), (1, 1));
        let cities = inputs.narrow(1, 2, 3).sum(tch::Kind::Double).double_value(&[]);
        assert_eq!(cities, 11.0);
        let targets = text.replace("'score'", "'age'").replace("['age', ", "[");
        let told = config(&format!("{targets}missing = 'mean'")).load(0, layout, None).unwrap_err();
        assert!(told.to_string().ends_with("found none; a target must be there"), "{told}");
    }
}

#[test]
fn types_that_are_no_numbers_are_told_and_unsigned_ones_are_not_negative() {
    let load = |features: &str, target: &str| {
        let path = file("types.parquet");
        let text = format!(
            "train = '{}'\nvalid-fraction = 0\nnormalise = false\nfeatures = {features}\ntarget = '{target}'",
            path.display()
        );
        config(&text).load(0, Layout::Parquet, None)
    };
    let parts = load("['small', 'large', 'flag']", "flag").unwrap_err().to_string();
    assert_eq!(parts, "features: `flag` is the target; leave it out");
    let parts = load("['small', 'large']", "flag").unwrap();
    assert_eq!(parts.class_names, ["false", "true"]);
    let train = in_memory(parts.train);
    let mut rows: Vec<Vec<f64>> = flat(&train.inputs).chunks(2).map(<[f64]>::to_vec).collect();
    rows.sort_by(|a, b| a[0].total_cmp(&b[0]));
    assert_eq!(rows, [[3.0, 1.0], [200.0, 4_294_967_296.0]]);
    let told = load("['day']", "small").unwrap_err().to_string();
    assert!(told.contains("column `day` is of type Timestamp"), "{told}");
    let told = load("['list.list.element']", "small").unwrap_err().to_string();
    assert!(told.contains("in lists; expected numbers, booleans or texts"), "{told}");
}

/// A CSV file, and how it is read.
struct Case {
    folder: tempfile::TempDir,
    config: TableConfig,
}

impl Case {
    fn new(text: impl AsRef<[u8]>, more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        fs::write(&path, text).unwrap();
        let config = config(&format!("path = '{}'\n{more}", path.display()));
        Self { folder, config }
    }

    fn load(&self) -> Result<Parts, DataError> {
        self.config.load(3, Layout::Csv, None)
    }

    fn told(&self) -> String {
        let error = self.load().unwrap_err().to_string();
        error.replace(&format!("{}/", self.folder.path().display()), "")
    }
}

#[test]
fn one_file_is_parted_by_the_seed() {
    let rows: String = (0..50).map(|row| format!("{row}; {}\n", row * 2)).collect();
    let case =
        Case::new(format!("x;y\n{rows}"), "target = 'y'\ndelimiter = ';'\nnormalise = false");
    let inputs = |seed| {
        let parts = case.config.load(seed, Layout::Csv, None).unwrap();
        [parts.train, parts.valid.unwrap(), parts.test.unwrap()].map(in_memory)
    };
    let parts = inputs(1);
    assert_eq!(parts.each_ref().map(Dataset::len), [40, 5, 5]);
    for part in &parts {
        assert_near(&flat(&(&part.inputs * 2.0)), &flat(&part.targets), 0.0);
    }
    assert_eq!(flat(&inputs(1)[1].inputs), flat(&parts[1].inputs));
    assert_ne!(flat(&inputs(2)[1].inputs), flat(&parts[1].inputs));
}

#[test]
fn rubbish_is_told_with_its_place() {
    let all = "target = 'y'\nvalid-fraction = 0\ntest-fraction = 0";
    let told = |text: &str| Case::new(text, all).told();
    assert_eq!(told(""), "a.csv: it is empty; expected a header with the columns' names");
    assert_eq!(told("x,y\n"), "a.csv: it has no rows");
    assert_eq!(told("x,,y\n1,2,3\n"), "a.csv: column 2 has no name in UTF-8; expected a header");
    assert_eq!(told("x,y,x\n1,2,3\n"), "a.csv: two columns are called `x`");
    assert_eq!(told("x,y\n1,2\n3\n"), "a.csv, row 2: expected 2 columns, found 1");
    let advice = "if the column holds categories, name it in `categories`";
    assert_eq!(
        told("x,y\n1,2\n2,3\n3x,4\n"),
        format!(
            "a.csv, row 3, column `x`: expected a number, as in the rows before, found `3x`; {advice}"
        )
    );
    assert_eq!(
        told("x,y\n1,2\ninf,3\n"),
        format!("a.csv, row 2, column `x`: expected a finite number, found `inf`; {advice}")
    );
    assert!(
        told("x,y\n1,2\nNaN,3\n")
            .starts_with("a.csv, row 2, column `x`: expected a value, found none;")
    );
    assert!(
        told("x,y\n1,2\n3,\n")
            .starts_with("a.csv, row 2, column `y`: expected a value, found none;")
    );
    let bytes = Case::new(b"x,y\na,2\n\xff,3\n", all).told();
    assert_eq!(bytes, "a.csv, row 2, column `x`: expected text in UTF-8, found the bytes [ff]");
    assert_eq!(told("y\n1\n2\n"), "a.csv: it has no column beside the target");
    let one = Case::new("x,y\n1,2\n", "target = 'y'").told();
    assert!(one.starts_with("1 samples leave none to train on"), "{one}");
}

#[test]
fn names_and_settings_that_do_not_fit_are_told() {
    let told = |more: &str| Case::new("age,city,y\n1,a,2\n2,b,3\n3,a,4\n", more).told();
    assert_eq!(
        told("target = 'yy'"),
        "target: a.csv has no column `yy`; there are age, city, y; did you mean `y`?"
    );
    assert_eq!(
        told("target = 'y'\nfeatures = ['agee']"),
        "features: a.csv has no column `agee`; there are age, city, y; did you mean `age`?"
    );
    assert_eq!(
        told("target = 'y'\nfeatures = ['age', 'age']"),
        "features: `age` stands there twice; keep one"
    );
    assert_eq!(
        told("target = 'y'\nfeatures = ['age']\ncategories = ['city']"),
        "categories: `city` is none of the features; leave it out"
    );
    assert_eq!(
        told("target = ['y', 'age']\ntask = 'classes'"),
        "target: classes are told from one column; expected one name"
    );
    assert!(told("target = ['y', 'city']").contains("several targets must all be numbers"));
    assert!(told("target = 'city'\ntask = 'numbers'").ends_with(
        "expected a number, as in the rows before, found `a`; if it is a class, set \
                        task = \"classes\""
    ));
    assert!(
        told("target = 'y'\ndelimiter = 'ä'").starts_with("delimiter = 'ä': expected an ASCII")
    );
    assert!(
        told("target = 'y'\ntrain = 'b.csv'").starts_with("`path` is one file that is parted;")
    );
    let neither = config("target = 'y'").load(0, Layout::Csv, None).unwrap_err().to_string();
    assert!(neither.starts_with("expected `path`, one file that is parted, or `train`"));
    let many: String = (0..400).map(|row| format!("text {row},1\n")).collect();
    let case = Case::new(format!("x,y\n{many}"), "target = 'y'");
    let told = case.told();
    assert!(told.starts_with("a.csv: column `x` has 320 different texts, the first is `text 0`;"));
    let named = TableConfig { categories: vec!["x".to_owned()], ..case.config.clone() };
    assert_eq!(named.load(3, Layout::Csv, None).unwrap().train.spec().input_shape, [320]);
}

/// A mean of equal numbers is another number in its last bits.
#[test]
fn a_column_of_one_value_is_only_shifted() {
    let rows = "0.1,1\n".repeat(10);
    let case = Case::new(format!("x,y\n{rows}"), "target = 'y'\nvalid-fraction = 0");
    let test = case.folder.path().join("b.csv");
    fs::write(&test, "x,y\n0.2,1\n").unwrap();
    let (path, config) = (case.config.path.clone(), case.config.clone());
    let config = TableConfig { path: None, train: path, test: Some(test), ..config };
    let parts = config.load(0, Layout::Csv, None).unwrap();
    let [train, test] = [parts.train, parts.test.unwrap()].map(in_memory);
    assert_near(&flat(&train.inputs), &[0.0; 10], 1e-7);
    assert_near(&flat(&test.inputs), &[0.1], 1e-7);
    // Rows are numbered through the files.
    let mut numbers = train.numbers.to_vec();
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(0..10) && *test.numbers == [10]);
}

#[test]
fn a_row_without_an_end_is_told() {
    let endless = format!("x,y\n1,2\n\"{}", "a\n".repeat(34 << 20));
    let told = Case::new(endless, "target = 'y'").told();
    assert_eq!(
        told,
        "a.csv: row 2: it has more than 64 MiB; a quotation mark may lack its second one"
    );
    let cell = [b"x,y\n1,2\n".as_slice(), &[0xff; 900], b",1\n"].concat();
    let told = Case::new(cell, "target = 'y'\ncategories = ['x']").told();
    assert!(told.ends_with("ff, ff] and more") && told.len() < 200, "{told}");
}

#[test]
fn a_column_that_only_other_parts_have_values_in_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        fs::write(folder.path().join(name), text).unwrap();
        folder.path().join(name).display().to_string()
    };
    let (train, test) = (write("a.csv", "x,y\nNA,1\nNA,2\n"), write("b.csv", "x,y\n1,2\n"));
    let files = format!("train = '{train}'\ntest = '{test}'\nvalid-fraction = 0\ntarget = 'y'\n");
    let told = config(&format!("{files}missing = 'mean'")).load(0, Layout::Csv, None).unwrap_err();
    assert!(told.to_string().contains("column `x` has no value in the training data"), "{told}");
    write("b.csv", "z,y\n1,2\n");
    let told = config(&files).load(0, Layout::Csv, None).unwrap_err().to_string();
    assert!(told.ends_with("b.csv has no column `x`; there are z, y"), "{told}");
    let both =
        config(&format!("{files}test-fraction = 0.1")).load(0, Layout::Csv, None).unwrap_err();
    assert!(both.to_string().starts_with("test-fraction: there is test data already"), "{both}");
}

#[test]
fn files_that_are_no_parquet_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let told = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        let config = config(&format!("path = '{}'\ntarget = 'score'", path.display()));
        let error = config.load(0, Layout::Parquet, None).unwrap_err().to_string();
        error.replace(&format!("{}/", folder.path().display()), "")
    };
    let whole = fs::read(file("train.parquet")).unwrap();
    let begins = "a.parquet: it is cut short, or no Parquet file (";
    for bytes in [&b""[..], b"PAR1", b"a,b\n1,2\n3,4\n", &whole[..whole.len() / 2]] {
        let error = told(bytes);
        assert!(error.starts_with(begins), "{error}");
    }
    // A byte of the content or of the description that is another one is an answer, never a panic.
    for at in (0..whole.len()).step_by(37) {
        let mut changed = whole.clone();
        changed[at] ^= 0x55;
        fs::write(&path, &changed).unwrap();
        let config = config(&format!("path = '{}'\ntarget = 'score'", path.display()));
        drop(config.load(0, Layout::Parquet, None));
    }
    let csv = config("path = 'a'\ntarget = 'x'\ndelimiter = ';'").load(0, Layout::Parquet, None);
    assert_eq!(csv.unwrap_err().to_string(), "delimiter: a Parquet file has none");
}
