"""Makes a component of a plugin: build.py PLUGIN.py OUT.wasm --world WORLD --wit FOLDER --tools FOLDER.

With `--bindings FOLDER` instead of files: writes the contract as Python modules, for tests and type checkers.
"""

from __future__ import annotations

import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

import producers

SDK = pathlib.Path(__file__).resolve().parent

# The classes that a world exports; componentize-py looks for them by these names.
EXPORTS = {
    "callback-plugin": ["callback"],
    "tensor-plugin": ["callback"],
    "transform-plugin": ["callback", "transform"],
    "metric-plugin": ["callback", "metric"],
    "host-view": ["callback", "transform", "metric"],
}

# The module that exports them. A plugin's file has no name like it.
ENTRY = "callbox_entry"

SCRIPT = "import sys, componentize_py; sys.exit(componentize_py.script())"


def componentize(options: argparse.Namespace, arguments: list[str]) -> None:
    """Runs the tool. Without a path it finds no other Python, whose packages it would mistake for the plugin's."""
    command = [sys.executable, "-c", SCRIPT, "-q", "-d", str(options.wit), "-w", options.world, *arguments]
    ran = subprocess.run(
        command, env={"PYTHONPATH": str(options.tools), "PATH": ""}, capture_output=True, text=True, check=False
    )
    if ran.returncode != 0:
        # What is wrong with the plugin stands above the tool's own calls.
        sys.exit(f"{ran.stdout}{ran.stderr.partition('Stack backtrace:')[0]}".rstrip())


def stage(source: pathlib.Path, world: str, folder: pathlib.Path) -> None:
    """Copies what the component is made of: the SDK, the plugin, and modules and packages beside it."""
    shutil.copytree(SDK / "callbox", folder / "callbox", ignore=shutil.ignore_patterns("__pycache__"))
    for path in source.resolve().parent.iterdir():
        if path.suffix == ".py":
            shutil.copy(path, folder)
        elif (path / "__init__.py").exists():
            shutil.copytree(path, folder / path.name, ignore=shutil.ignore_patterns("__pycache__"))
    exports = [f"from callbox.export.{name} import {name.capitalize()}" for name in EXPORTS[world]]
    lines = [f"import {source.stem}", *exports, ""]
    (folder / f"{ENTRY}.py").write_text("\n".join(lines))


def build(options: argparse.Namespace) -> None:
    """The component, at its place only when it is whole."""
    part = options.out.with_suffix(".wasm.part")
    with tempfile.TemporaryDirectory() as folder:
        stage(options.source, options.world, pathlib.Path(folder))
        componentize(options, ["componentize", "--stub-wasi", ENTRY, "-p", folder, "-o", str(part.resolve())])
    part.write_bytes(producers.named(part.read_bytes()))
    part.replace(options.out)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("source", type=pathlib.Path, nargs="?")
    parser.add_argument("out", type=pathlib.Path, nargs="?")
    parser.add_argument("--bindings", type=pathlib.Path)
    parser.add_argument("--world", choices=EXPORTS, default="callback-plugin")
    parser.add_argument("--wit", type=pathlib.Path, required=True)
    parser.add_argument("--tools", type=pathlib.Path, required=True)
    options = parser.parse_args()
    if options.bindings is None:
        build(options)
    else:
        shutil.rmtree(options.bindings, ignore_errors=True)
        componentize(options, ["bindings", str(options.bindings)])


if __name__ == "__main__":
    main()
