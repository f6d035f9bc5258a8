//! Files that should not even be started: another contract, imports that are not there, bombs.

use super::bombs::{
    deep_blocks, disguised, doubling, giant_function, instances_of_instances, many_locals, modules,
    nested, plugin_with_component, plugin_with_instances, wide_jump,
};
use super::{Source, Villain, Wat, component};

pub(super) fn all() -> Vec<Villain> {
    contracts().into_iter().chain(imports()).chain(bombs()).collect()
}

fn contracts() -> Vec<Villain> {
    let other = |name: &str, version: &str, says: &str| {
        let export = format!(
            r#"(component (instance $i) (export "callbox:plugin/callback{version}" (instance $i)))"#
        );
        Villain::bytes(name, wat::parse_str(export).unwrap()).refused(says)
    };
    let built =
        |version: &str| format!("the plugin was built for version {version} of callbox:plugin");
    let newer_log = disguised(r#"(import "callbox:plugin/log@0.2.0" (instance))"#);
    let other_types =
        disguised(r#"(import "callbox:plugin/log@0.1.0" (instance (export "write" (func))))"#);
    let both = r#"(component (instance $i)
        (export "callbox:plugin/callback@0.1.0" (instance $i))
        (export "callbox:plugin/callback@0.0.9" (instance $i)))"#;
    vec![
        Villain::rust("contract-that-is-not", "wrong-version").refused(built("0.9.0")),
        Villain::rust("no-plugin", "wrong-world").refused("so it is no callbox plugin"),
        other("contract-newer", "@0.2.0", &built("0.2.0")),
        other("contract-older", "@0.0.9", &built("0.0.9")),
        other("contract-of-no-version", "", &built("none")),
        other("contract-of-pre-release", "@0.1.0-rc.1", &built("0.1.0-rc.1")),
        Villain::bytes("log-newer", newer_log).refused(built("0.2.0")),
        Villain::bytes("log-of-other-types", other_types).refused("differs from it"),
        Villain::bytes("contract-old-and-new", wat::parse_str(both).unwrap())
            .refused(built("0.0.9")),
        Villain::bytes("exports-nothing", wat::parse_str("(component)").unwrap())
            .refused("it exports nothing"),
        Villain::bytes("core-of-no-interfaces", wat::parse_str("(module)").unwrap())
            .refused("a core module that does not say which interfaces it has"),
    ]
}

/// Every interface of WASI 0.2, and some that are proposed.
const WASI: [&str; 36] = [
    "cli/environment",
    "cli/exit",
    "cli/run",
    "cli/stdin",
    "cli/stdout",
    "cli/stderr",
    "cli/terminal-input",
    "cli/terminal-output",
    "cli/terminal-stdin",
    "cli/terminal-stdout",
    "cli/terminal-stderr",
    "clocks/monotonic-clock",
    "clocks/wall-clock",
    "clocks/timezone",
    "filesystem/types",
    "filesystem/preopens",
    "http/types",
    "http/incoming-handler",
    "http/outgoing-handler",
    "io/error",
    "io/poll",
    "io/streams",
    "random/random",
    "random/insecure",
    "random/insecure-seed",
    "sockets/network",
    "sockets/instance-network",
    "sockets/ip-name-lookup",
    "sockets/tcp",
    "sockets/tcp-create-socket",
    "sockets/udp",
    "sockets/udp-create-socket",
    "keyvalue/store",
    "config/store",
    "logging/logging",
    "nn/graph",
];

/// Every function of WASI preview 1.
const PREVIEW_1: [&str; 46] = [
    "args_get",
    "args_sizes_get",
    "environ_get",
    "environ_sizes_get",
    "clock_res_get",
    "clock_time_get",
    "fd_advise",
    "fd_allocate",
    "fd_close",
    "fd_datasync",
    "fd_fdstat_get",
    "fd_fdstat_set_flags",
    "fd_fdstat_set_rights",
    "fd_filestat_get",
    "fd_filestat_set_size",
    "fd_filestat_set_times",
    "fd_pread",
    "fd_prestat_get",
    "fd_prestat_dir_name",
    "fd_pwrite",
    "fd_read",
    "fd_readdir",
    "fd_renumber",
    "fd_seek",
    "fd_sync",
    "fd_tell",
    "fd_write",
    "path_create_directory",
    "path_filestat_get",
    "path_filestat_set_times",
    "path_link",
    "path_open",
    "path_readlink",
    "path_remove_directory",
    "path_rename",
    "path_symlink",
    "path_unlink_file",
    "poll_oneoff",
    "proc_exit",
    "proc_raise",
    "sched_yield",
    "random_get",
    "sock_accept",
    "sock_recv",
    "sock_send",
    "sock_shutdown",
];

fn imports() -> Vec<Villain> {
    let wasi = WASI.iter().map(|interface| {
        let name = format!("wasi:{interface}@0.2.6");
        let file = disguised(&format!(r#"(import "{name}" (instance))"#));
        Villain::bytes(format!("wasi-{}", interface.replace('/', "-")), file)
            .refused(format!("the plugin imports {name}, but plugins get no files"))
    });
    let core = |name: String, module: &str, function: &str| {
        Villain::text(name, format!(r#"(import "{module}" "{function}" (func))"#))
    };
    let preview = PREVIEW_1.iter().map(move |function| {
        core(format!("preview1-{}", function.replace('_', "-")), "wasi_snapshot_preview1", function)
            .refused(format!("the plugin imports wasi_snapshot_preview1.{function}, but"))
    });
    let strange = [
        ("wasi_unstable", "fd_write", "the plugin imports wasi_unstable.fd_write, but"),
        ("env", "abort", "the plugin imports env.abort, which callbox does not have"),
        ("__wbindgen_placeholder__", "__wbindgen_throw", "it was built with wasm-bindgen"),
    ];
    let strange = strange.into_iter().map(move |(module, function, says)| {
        core(format!("imports-{}", module.trim_matches('_').replace('_', "-")), module, function)
            .refused(says)
    });
    let guests = [
        Villain::rust("rust-with-preview1", "wasi")
            .refused("the plugin imports wasi_snapshot_preview1.random_get, but"),
        Villain::rust("rust-with-environment", "wasi-component")
            .refused("the plugin imports wasi:cli/environment@0.2.0.get-environment, but"),
        Villain::bytes(
            "imports-a-stranger",
            disguised(r#"(import "acme:clock/now@1.0.0" (instance))"#),
        )
        .refused("the plugin imports acme:clock/now@1.0.0, which callbox does not have"),
        Villain::bytes(
            "imports-what-we-lack",
            disguised(r#"(import "callbox:plugin/exec@0.1.0" (instance))"#),
        )
        .refused("the plugin imports callbox:plugin/exec@0.1.0, which callbox does not have"),
    ];
    wasi.chain(preview).chain(strange).chain(guests).collect()
}

/// Makes one resource after the other.
const HANDLES: &str = r#"(component
  (type $own (resource (rep i32)))
  (core func $new (canon resource.new $own))
  (core module $m
    (import "own" "new" (func $new (param i32) (result i32)))
    (func $first (loop $again (drop (call $new (i32.const 1))) (br $again)))
    (start $first))
  (core instance (instantiate $m (with "own" (instance (export "new" (func $new)))))))"#;

fn bombs() -> Vec<Villain> {
    let wat = |name: &str, wat: Wat| Villain::new(name, Source::Wat(Box::new(wat)));
    let file = |name: &str, file: Vec<u8>, says: &str| Villain::bytes(name, file).refused(says);
    let too_large = "the file is not valid wasm: effective type size exceeds the limit";
    let empty = "the plugin names version 0.1.0 of the contract but differs from it";
    let tuple = |n: usize| format!("(tuple $t{n} $t{n})");
    vec![
        file("tuples-of-tuples", doubling(64, tuple), too_large),
        file("tuples-within", doubling(16, tuple), empty),
        file(
            "records-of-records",
            doubling(64, |n| format!(r#"(record (field "a" $t{n}) (field "b" $t{n}))"#)),
            too_large,
        ),
        file(
            "variants-of-variants",
            doubling(64, |n| format!(r#"(variant (case "a" $t{n}) (case "b" $t{n}))"#)),
            too_large,
        ),
        file(
            "results-of-results",
            doubling(64, |n| format!("(result $t{n} (error $t{n}))")),
            too_large,
        ),
        file("lists-of-lists", doubling(90, |n| format!("(list $t{n})")), empty),
        file(
            "lists-of-too-many-lists",
            doubling(200, |n| format!("(list $t{n})")),
            "not valid wasm",
        ),
        file("nested-90-deep", nested(90), empty),
        file("nine-hundred-modules", modules(900), empty),
        file("too-many-modules", modules(1200), "not valid wasm"),
        file("instances-of-instances", instances_of_instances(8), empty),
        Villain::bytes("seventy-instances", plugin_with_instances(70, "(module)"))
            .left_out("(`instances`)"),
        Villain::bytes("memories-in-instances", plugin_with_instances(20, "(module (memory 1))"))
            .left_out("(`memories`)"),
        Villain::bytes("handles-without-end", plugin_with_component(HANDLES))
            .left_out("has more handles than it may (`handles`)"),
        file("nested-too-deep", nested(6000), "components nested more than 100 deep"),
        wat("giant-function", giant_function(20_000)),
        wat("deep-blocks", deep_blocks(5_000)),
        wat("many-locals", many_locals(4, 49_000)),
        wat("too-many-locals", many_locals(1, 60_000)).refused("not valid wasm"),
        wat("wide-jump", wide_jump(50_000)),
        Villain::bytes("slow-to-compile", component(&giant_function(20_000).module()))
            .limits("compile-s = 0")
            .refused("compiling the plugin took longer than 0 s; raise `compile-s` in its limits"),
        Villain::bytes("larger-than-allowed", vec![0; (1 << 20) + 1])
            .limits("file-mib = 1")
            .refused("the file has 1048577 bytes, the limit is 1 MiB"),
    ]
}
