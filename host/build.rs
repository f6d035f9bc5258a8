//! Finds libtorch's folder, compiles the shim against its headers, and writes the folder into the
//! binary as its rpath, so that nobody has to set LD_LIBRARY_PATH.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // What is inside the binary, for `callbox plugins new`: changed files would be seen without this, but not new ones.
    println!("cargo::rerun-if-changed=../wit");
    for language in std::fs::read_dir("../plugins").into_iter().flatten().flatten() {
        for part in ["sdk", "template"].map(|part| language.path().join(part)) {
            if part.is_dir() {
                println!("cargo::rerun-if-changed={}", part.display());
            }
        }
    }
    #[cfg(feature = "torch")]
    torch::build();
}

#[cfg(feature = "torch")]
mod torch {
    use std::path::Path;

    pub(crate) fn build() {
        // torch-sys has already decided which libtorch is used, and tells its direct dependents.
        let lib = std::env::var("DEP_TCH_LIBTORCH_LIB").unwrap_or_else(|_| {
            panic!("torch-sys did not say where libtorch is; run `make libtorch` and build again")
        });
        println!("cargo::metadata=libtorch={lib}");
        println!("cargo::rustc-env=CALLBOX_LIBTORCH={lib}");
        println!("cargo::rustc-link-arg=-Wl,-rpath,{lib}");
        compile_shim(Path::new(&lib));
    }

    fn compile_shim(lib: &Path) {
        let sources = ["shim.cpp", "script.cpp"].map(|name| format!("src/train/torch/{name}"));
        for watched in sources.iter().map(String::as_str).chain(["src/train/torch/guard.h"]) {
            println!("cargo::rerun-if-changed={watched}");
        }
        let include = lib.parent().unwrap_or(lib).join("include");
        cc::Build::new()
            .cpp(true)
            .std("c++17")
            .warnings(false)
            .include(&include)
            .include(include.join("torch/csrc/api/include"))
            .flag("-D_GLIBCXX_USE_CXX11_ABI=1")
            .files(&sources)
            .compile("callbox_shim");
    }
}
