//! Set-up without a network: a stand-in for pip makes small wheels, or fails as pip does.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// `python3 -m pip download … --dest DIR PACKAGE…`, as far as set-up uses it.
const PIP: &str = r#"
import os, sys, zipfile
if os.environ.get("PIP_STAND_IN") == "absent": sys.exit("No module named pip")
if "--version" in sys.argv: sys.exit(0)
if os.environ.get("PIP_STAND_IN") == "offline": sys.exit("ERROR: No matching distribution found for torch==2.11.0")
if os.environ.get("PIP_STAND_IN") == "full": sys.exit("OSError: [Errno 28] No space left on device")
dest = sys.argv[sys.argv.index("--dest") + 1]
if os.environ.get("PIP_STAND_IN") == "slow":
    print("started", flush=True); open(os.path.join(dest, "started"), "w").close(); sys.stdin.read()
for package in sys.argv[sys.argv.index("--dest") + 2:]:
    name = package.split("==")[0].replace("-", "_")
    with zipfile.ZipFile(os.path.join(dest, name + "-1-py3-none-any.whl"), "w") as wheel:
        if name == "torch":
            for file in ["include/torch/torch.h", "lib/libtorch_cpu.so", "lib/libc10.so", "lib/libtorch.so",
                         "lib/libgomp.so.1", "lib/libtorch_cuda.so", "lib/libtorch_python.so", "nn/modules/linear.py"]:
                wheel.writestr("torch/" + file, "x")
        elif name == "nvidia_cuda_runtime": wheel.writestr("nvidia/cu13/lib/libcudart.so.13", "x")
        elif name == "nvidia_cuda_cupti": wheel.writestr("nvidia/cu13/lib/libcupti.so.13", "x")
"#;

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("pip")).unwrap();
        fs::write(folder.path().join("pip/__main__.py"), PIP).unwrap();
        fs::write(folder.path().join("pip/__init__.py"), "").unwrap();
        Place { folder }
    }

    fn command(&self, pip: &str) -> Command {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../host/libtorch.py");
        let mut command = Command::new("python3");
        command
            .arg(script)
            .current_dir(self.folder.path())
            .env("PYTHONPATH", self.folder.path())
            .env("PIP_STAND_IN", pip);
        command
    }

    fn run(&self, pip: &str) -> Output {
        self.command(pip).output().unwrap()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn it_unpacks_what_is_needed_and_nothing_twice() {
    let place = Place::new();
    let first = place.run("");
    assert!(first.status.success(), "{}", said(&first));
    assert!(String::from_utf8_lossy(&first.stdout).contains("0.5 GB on disk"));
    for needed in ["include/torch/torch.h", "lib/libtorch_cpu.so", "lib/libcudart.so.13"] {
        assert!(place.path(".libtorch").join(needed).exists(), "{needed}");
    }
    for left_out in ["lib/libtorch_cuda.so", "lib/libtorch_python.so", "nn"] {
        assert!(!place.path(".libtorch").join(left_out).exists(), "{left_out}");
    }
    // The second time it needs no pip, and says nothing.
    let second = place.run("absent");
    assert!(second.status.success() && second.stdout.is_empty());
}

#[test]
fn each_failure_is_one_sentence_with_the_remedy() {
    let cases = [
        ("absent", "python3 has no pip; install it"),
        ("offline", "check the network or pip's proxy and index settings"),
        ("full", "the disk is full; make room and run it again"),
    ];
    for (pip, expected) in cases {
        let place = Place::new();
        let output = place.run(pip);
        assert_eq!(output.status.code(), Some(1), "{pip}");
        let text = said(&output);
        assert!(text.starts_with("libtorch: ") && text.contains(expected), "{pip}: {text}");
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(!place.path(".libtorch").exists() && !place.path(".libtorch.part").exists());
    }
}

#[cfg(unix)]
#[test]
fn an_interruption_leaves_nothing_and_the_next_run_goes_through() {
    let place = Place::new();
    let mut child =
        place.command("slow").stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while !place.path(".libtorch.part/wheels/started").exists() {
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        std::thread::yield_now();
    }
    let kill = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    // The stand-in for pip waits on its standard input.
    drop(child.stdin.take());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!place.path(".libtorch").exists() && !place.path(".libtorch.part").exists());
    assert!(place.run("").status.success());
}
