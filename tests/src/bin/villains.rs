//! Writes the suite of villains into a folder, one file each, with `villains.json`: the list of what
//! a host must say of them.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs, io};

use callbox_tests::villains::themes;
use serde_json::{Value, json};

fn main() -> ExitCode {
    let Some(folder) = env::args().nth(1) else {
        eprintln!("usage: callbox-villains FOLDER");
        return ExitCode::from(2);
    };
    match write(Path::new(&folder)) {
        Ok(count) => {
            println!("{count} villains in {folder}, and what is expected of them in villains.json");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("cannot write into {folder}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(folder: &Path) -> io::Result<usize> {
    fs::create_dir_all(folder)?;
    let mut list = Vec::new();
    for (theme, villains) in themes() {
        for villain in villains {
            fs::write(folder.join(format!("{}.wasm", villain.name)), villain.file())?;
            let mut expectation = villain.expectation();
            expectation["theme"] = json!(theme);
            list.push(expectation);
        }
    }
    let count = list.len();
    fs::write(folder.join("villains.json"), format!("{:#}\n", Value::Array(list)))?;
    Ok(count)
}
