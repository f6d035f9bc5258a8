"""Fetch libtorch 2.11.0 from the Python package `torch` and unpack what callbox needs of it.

    python3 host/libtorch.py            CPU libraries and headers, 0.5 GB on disk
    python3 host/libtorch.py --cuda     the CUDA libraries as well, about 3.9 GB

Standard library and pip only; nothing is installed, nothing needs root. Everything happens in
`.libtorch.part` and is renamed to `.libtorch` at the end, so an interrupted run leaves no half of it.
"""

import argparse
import fnmatch
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

VERSION = "2.11.0"
TORCH = f"torch=={VERSION}"
# What libtorch_cpu.so of the CUDA build still asks the dynamic linker for.
CPU_EXTRAS = ["nvidia-cuda-runtime==13.0.*", "nvidia-cuda-cupti==13.0.*"]
CPU_LIBRARIES = {
    "libtorch_cpu.so", "libc10.so", "libtorch.so", "libgomp.so.1", "libcudart.so.13", "libcupti.so.13",
}
# Left out also with CUDA: Python's own bindings.
NEVER = {"libtorch_python.so", "libshm.so"}
# One interpreter's wheel for everybody: the libraries in it do not depend on Python.
WHEEL = ["--only-binary=:all:", "--python-version", "3.11", "--implementation", "cp"]
# pip matches these exactly, so every glibc that a package may have been built for is named.
PLATFORMS = [f"manylinux_2_{minor}_x86_64" for minor in range(34, 4, -1)]
PLATFORMS += ["manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64", "any"]
ROOM = {False: 1.3e9, True: 9.5e9}
SIZE = {False: "0.54 GB to download, 0.5 GB on disk", True: "2.5 GB to download, 3.9 GB on disk"}


class SetupError(Exception):
    """One sentence for the user, with the remedy."""


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--cuda", action="store_true", help="the CUDA libraries as well")
    arguments.add_argument("--into", type=Path, default=Path(".libtorch"), help="where to put it (.libtorch)")
    options = arguments.parse_args()
    # `kill` cleans up like Ctrl-C does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    try:
        set_up(options.into, options.cuda)
    except SetupError as problem:
        print(f"libtorch: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("libtorch: interrupted; nothing is left behind, run it again to go on", file=sys.stderr)
        return 130
    return 0


def set_up(into: Path, cuda: bool) -> None:
    if is_complete(into, cuda):
        return
    check_machine(into, cuda)
    part = into.with_name(into.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    kind = "with CUDA" if cuda else "CPU only"
    print(f"libtorch {VERSION} ({kind}): {SIZE[cuda]}, into {into}", flush=True)
    try:
        fetch_and_unpack(part, cuda)
        shutil.rmtree(into, ignore_errors=True)
        part.rename(into)
    except OSError as problem:
        raise SetupError(f"{problem}; free some room or fix the folder's rights, then run it again") from problem
    finally:
        shutil.rmtree(part, ignore_errors=True)
    print(f"libtorch {VERSION}: ready", flush=True)


def is_complete(into: Path, cuda: bool) -> bool:
    """The stamp is written last, so a folder that has it is whole."""
    try:
        stamp = (into / "build-version").read_text().strip()
    except OSError:
        return False
    return stamp == f"{VERSION}+cuda" or (stamp == f"{VERSION}+cpu" and not cuda)


def check_machine(into: Path, cuda: bool) -> None:
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise SetupError(
            f"set-up knows Linux on x86-64 only, this is {platform.system()} on {platform.machine()}; "
            f"unpack libtorch {VERSION} for it yourself and set LIBTORCH to its folder"
        )
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True).returncode != 0:
        raise SetupError(
            "python3 has no pip; install it (Debian, Ubuntu: apt install python3-pip; Fedora: dnf install python3-pip)"
        )
    into.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(into.parent).free
    if free < ROOM[cuda]:
        raise SetupError(
            f"set-up needs {ROOM[cuda] / 1e9:.1f} GB of room in {into.parent.resolve()} while it unpacks and "
            f"{free / 1e9:.1f} GB are free; make room, or set LIBTORCH to a libtorch {VERSION} elsewhere"
        )


def fetch_and_unpack(part: Path, cuda: bool) -> None:
    wheels = part / "wheels"
    wheels.mkdir(parents=True)
    download([TORCH], wheels)
    extras = cuda_packages(next(wheels.glob("torch-*.whl"))) if cuda else CPU_EXTRAS
    download(extras, wheels)
    for wheel in sorted(wheels.iterdir()):
        print(f"  unpacking {wheel.name}", flush=True)
        unpack(wheel, part, cuda)
        wheel.unlink()
    wheels.rmdir()
    missing = [name for name in CPU_LIBRARIES if not (part / "lib" / name).exists()]
    if missing or not (part / "include" / "torch").is_dir():
        raise SetupError(f"the wheels lack {', '.join(sorted(missing)) or 'the headers'}; please report this")
    (part / "build-version").write_text(f"{VERSION}+{'cuda' if cuda else 'cpu'}\n")


def download(packages: list[str], wheels: Path) -> None:
    print(f"  downloading {', '.join(packages)}", flush=True)
    platforms = [word for name in PLATFORMS for word in ("--platform", name)]
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--disable-pip-version-check",
               "--no-cache-dir", *WHEEL, *platforms, "--dest", str(wheels), *packages]
    # pip downloads into its temporary folder first: keep that where room was checked and is cleaned up.
    temporary = wheels.parent / "tmp"
    temporary.mkdir(exist_ok=True)
    result = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "TMPDIR": str(temporary)})
    shutil.rmtree(temporary, ignore_errors=True)
    if result.returncode == 0:
        return
    if "No space left" in result.stderr:
        raise SetupError("the disk is full; make room and run it again")
    reason = next((line for line in reversed(result.stderr.splitlines()) if line.startswith("ERROR")), "")
    raise SetupError(
        f"pip could not download {', '.join(packages)} ({reason.removeprefix('ERROR: ') or 'no reason given'}); "
        "check the network or pip's proxy and index settings, then run it again"
    )


def cuda_packages(torch_wheel: Path) -> list[str]:
    """The NVIDIA packages that the torch wheel pins, those behind cuda-toolkit's extras written out."""
    metadata = read_metadata(torch_wheel)
    packages = re.findall(r"^Requires-Dist: (nvidia-[\w-]+==[\w.]+)", metadata, re.MULTILINE)
    toolkit = re.search(r"^Requires-Dist: cuda-toolkit\[([\w,-]+)\](==[\d.]+)", metadata, re.MULTILINE)
    if toolkit is None:
        raise SetupError("the torch wheel no longer names its CUDA toolkit; please report this")
    members, version = toolkit.groups()
    return packages + toolkit_packages(torch_wheel.parent, members.split(","), version)


def toolkit_packages(wheels: Path, members: list[str], version: str) -> list[str]:
    """cuda-toolkit is metadata only: each extra pins one NVIDIA package."""
    download([f"cuda-toolkit{version}"], wheels)
    wheel = next(wheels.glob("cuda_toolkit-*.whl"))
    metadata = read_metadata(wheel)
    wheel.unlink()
    pinned = re.findall(r"^Requires-Dist: ([\w-]+==[\w.*]+);.* extra == '(\w+)'", metadata, re.MULTILINE)
    return [package for package, extra in pinned if extra in members]


def read_metadata(wheel: Path) -> str:
    with zipfile.ZipFile(wheel) as archive:
        name = fnmatch.filter(archive.namelist(), "*.dist-info/METADATA")[0]
        return archive.read(name).decode()


def unpack(wheel: Path, part: Path, cuda: bool) -> None:
    """Headers of torch into include/, libraries of every wheel into one lib/, so that $ORIGIN finds them."""
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            target = place(entry.filename, cuda)
            if target is None or entry.is_dir():
                continue
            path = part / target
            path.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(entry) as source, open(path, "wb") as sink:
                shutil.copyfileobj(source, sink, 1 << 20)


def place(name: str, cuda: bool) -> Path | None:
    if name.startswith("torch/include/"):
        return Path(name).relative_to("torch")
    file = Path(name).name
    if ".so" not in file or file in NEVER or not (name.startswith("torch/lib/") or name.startswith("nvidia/")):
        return None
    return Path("lib") / file if cuda or file in CPU_LIBRARIES else None


if __name__ == "__main__":
    sys.exit(main())
