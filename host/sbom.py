"""Write down what the host is made of: target/sbom/callbox.cdx.json, a CycloneDX 1.5 document.

    python3 host/sbom.py      after `make libtorch`, with cargo-cyclonedx on the PATH

cargo-cyclonedx knows the crates with their digests. libtorch is no crate: its libraries, which pip
fetched, are added here with the digests of the files as they lie there.
"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INTO = ROOT / "target" / "sbom" / "callbox.cdx.json"
# cargo-cyclonedx writes beside each manifest of the workspace, under this name.
PART = "callbox.sbom.part"
CRATES = ["host", "tests"]


def main() -> int:
    try:
        document = crates()
        add_libtorch(document, Path(os.environ.get("LIBTORCH") or ROOT / ".libtorch"))
    except OSError as problem:
        print(f"sbom: {problem}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as problem:
        print(f"sbom: cargo-cyclonedx failed ({problem.returncode}); its words stand above", file=sys.stderr)
        return 1
    INTO.parent.mkdir(parents=True, exist_ok=True)
    # Where somebody's checkout lies says nothing about what is in it.
    text = json.dumps(document, indent=2).replace(ROOT.as_uri(), "file://.")
    INTO.write_text(text + "\n")
    print(f"sbom: {len(document['components'])} components in {INTO.relative_to(ROOT)}")
    return 0


def crates() -> dict:
    command = ["cargo", "cyclonedx", "--quiet", "--manifest-path", "host/Cargo.toml", "--format", "json",
               "--spec-version", "1.5", "--target", "x86_64-unknown-linux-gnu", "--override-filename", PART]
    parts = [ROOT / crate / f"{PART}.json" for crate in CRATES]
    try:
        subprocess.run(command, cwd=ROOT, check=True)
        return json.loads(parts[0].read_text())
    finally:
        for part in parts:
            part.unlink(missing_ok=True)


def add_libtorch(document: dict, folder: Path) -> None:
    libraries = sorted((folder / "lib").glob("*.so*"))
    if not libraries:
        raise FileNotFoundError(f"there is no libtorch in {folder}; run `make libtorch`, or set LIBTORCH to one")
    build = (folder / "build-version").read_text().strip()
    version = build.partition("+")[0]
    reference = f"pkg:pypi/torch@{version}"
    files = [{"type": "file", "name": library.name, "hashes": [digest(library)]} for library in libraries]
    document["components"].append({
        "type": "library", "bom-ref": reference, "name": "libtorch", "version": version, "scope": "required",
        "licenses": [{"license": {"id": "BSD-3-Clause"}}], "purl": reference, "components": files,
        "properties": [{"name": "callbox:libtorch:build", "value": build}],
    })
    document["dependencies"].append({"ref": reference})
    for entry in document["dependencies"]:
        if "#torch-sys@" in entry["ref"]:
            entry.setdefault("dependsOn", []).append(reference)


def digest(library: Path) -> dict:
    sha256 = hashlib.sha256()
    with open(library, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            sha256.update(block)
    return {"alg": "SHA-256", "content": sha256.hexdigest()}


if __name__ == "__main__":
    sys.exit(main())
