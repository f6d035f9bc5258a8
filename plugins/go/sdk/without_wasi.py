"""Writes a Go runtime that imports no WASI: without_wasi.py GOROOT FOLDER.

Go has no target without WASI, and a plugin may import none. The compiler takes other files in place of its own
(`go build -overlay`), so every function that the runtime and `syscall` import from WASI gets a body here, inside the
module: FOLDER gets those files, and `overlay.json`, which says whose place each takes. A later step that
replaces the imports in the compiled module would have to renumber its functions; here the compiler does all of it.

A function of WASI that is not named below answers "not supported", so that an os.Open fails as it should. A pinned
compiler keeps this list true: one that is named and not found is an error, and so is an import that is left, which
the host finds.
"""

import json
import pathlib
import re
import sys

NOT_SUPPORTED = "return 52"
# No file is open. That is how `syscall` learns, when it starts, that there are no folders either.
BAD_DESCRIPTOR = "return 8"

# By package and function. Where there is nothing to tell from, a fixed answer makes a plugin's runs equal.
BODIES = {
    "runtime": {
        "exit": "abort()",
        "sched_yield": "return 0",
        "args_get": "return 0",
        "environ_get": "return 0",
        "args_sizes_get": "*argc, *argvBufLen = 0, 0\n\treturn 0",
        "environ_sizes_get": "*environCount, *environBufLen = 0, 0\n\treturn 0",
        # A microsecond passes between one look at the clock and the next.
        "clock_time_get": "pluginClock += 1000\n\t*time = pluginClock\n\treturn 0",
        # Who sleeps wakes at once, later.
        "poll_oneoff": """clock := in.u.subscriptionClock()
	if clock.flags&subscriptionClockAbstime == 0 {
		pluginClock += clock.timeout
	} else {
		pluginClock = max(pluginClock, clock.timeout)
	}
	*out = event{userdata: in.userdata}
	*nevents = 1
	return 0""",
        # For hashes of maps and the like; the stream is the same in every run.
        "random_get": """for i := range bufLen {
		pluginEntropy = pluginEntropy*6364136223846793005 + 1442695040888963407
		*(*byte)(add(unsafe.Pointer(buf), uintptr(i))) = byte(pluginEntropy >> 56)
	}
	return 0""",
        # Of a panic in a goroutine, or "all goroutines are asleep", the log is the only trace.
        "fd_write": """iov := (*iovec)(iovs)
	for i := range uintptr(iov.bufLen) {
		pluginStderr(*(*byte)(add(unsafe.Pointer(uintptr(iov.buf)), i)))
	}
	*nwritten = iov.bufLen
	return 0""",
    },
    "syscall": {
        "ProcExit": 'panic("a plugin is no process")',
        "random_get": """for i := range unsafe.Slice(buf, bufLen) {
		pluginEntropy = pluginEntropy*6364136223846793005 + 1442695040888963407
		unsafe.Slice(buf, bufLen)[i] = byte(pluginEntropy >> 56)
	}
	return 0""",
        # Prints are lost: package log is there for them. Saying so would fail every fmt.Println.
        "fd_write": """*nwritten = 0
	for _, iov := range unsafe.Slice(iovs, iovsLen) {
		*nwritten += iov.bufLen
	}
	return 0""",
        "clock_time_get": "*time = 0\n\treturn 0",
    },
}

# What those bodies need beside them.
ADDED = {
    "runtime/os_wasip1.go": """
var pluginClock, pluginEntropy uint64 = 1, 0x2545f4914f6cdd1d

var (
	pluginLine    [512]byte
	pluginLineLen int
)

//go:wasmimport callbox:plugin/log@0.1.0 write
//go:noescape
func pluginLog(level int32, line unsafe.Pointer, length int32)

// pluginStderr collects lines, since the runtime prints them piece by piece, and logs them as errors.
//
//go:nosplit
func pluginStderr(char byte) {
	if char == '\\n' || pluginLineLen == len(pluginLine) {
		pluginLog(3, unsafe.Pointer(&pluginLine), int32(pluginLineLen))
		pluginLineLen = 0
	}
	if char != '\\n' && char < 0x80 {
		pluginLine[pluginLineLen] = char
		pluginLineLen++
	}
}
""",
    "syscall/fs_wasip1.go": """
var pluginEntropy uint64 = 0x2545f4914f6cdd1d
""",
}

IMPORT = re.compile(
    r"//go:wasmimport wasi_snapshot_preview1 \w+\n(?://go:noescape\n)?(func (\w+)\(.*)\n"
)


def replaced(package: str, source: str, found: set[str]) -> str:
    """A file of that package, its imports defined."""

    def define(match: re.Match[str]) -> str:
        declaration, name = match.groups()
        missing = BAD_DESCRIPTOR if name.startswith("fd_") else NOT_SUPPORTED
        body = BODIES.get(package, {}).get(name, missing)
        found.add(f"{package}.{name}")
        return f"//go:nosplit\n{declaration} {{\n\t{body}\n}}\n"

    return IMPORT.sub(define, source)


def main(goroot: pathlib.Path, folder: pathlib.Path) -> None:
    """Writes all of it."""
    found: set[str] = set()
    replace = {}
    for package in ["runtime", "syscall", "internal/syscall/unix"]:
        for path in sorted((goroot / "src" / package).glob("*_wasip1.go")):
            source = path.read_text(encoding="utf-8")
            name = f"{package}/{path.name}"
            defined = replaced(package, source, found) + ADDED.get(name, "")
            if defined != source:
                target = folder / name.replace("/", "_")
                target.write_text(defined, encoding="utf-8")
                replace[str(path)] = str(target)
    wanted = {f"{package}.{name}" for package, bodies in BODIES.items() for name in bodies}
    if missing := wanted - found:
        sys.exit(f"without_wasi.py: this Go does not import {sorted(missing)}")
    (folder / "overlay.json").write_text(json.dumps({"Replace": replace}, indent=1))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
