import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";

/** Where `make toolchain` has put the compiler; the Makefile says it. */
const { TOOLS } = process.env;
const here = import.meta.dirname;

function compiled() {
  const folder = mkdtempSync(join(tmpdir(), "callbox-assemblyscript-"));
  try {
    const compiler = join(TOOLS, "node_modules/assemblyscript/bin/asc.js");
    const out = join(folder, "test.wasm");
    execFileSync(process.execPath, [compiler, join(here, "sdk.test.ts"), "--outFile", out, "-O1"]);
    return new WebAssembly.Module(readFileSync(out));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** An assertion that does not hold ends here. Texts are UTF-16, their size in bytes before them. */
function abort(memory, file, line) {
  const size = new DataView(memory.buffer).getUint32(file - 4, true);
  const name = new TextDecoder("utf-16le").decode(new Uint8Array(memory.buffer, file, size));
  assert.fail(`${name}:${line}`);
}

const env = { abort: (_message, file, line) => abort(instance.exports.memory, file, line) };
const instance = new WebAssembly.Instance(compiled(), { env });

for (const [name, run] of Object.entries(instance.exports)) {
  if (typeof run === "function") {
    test(name, () => run());
  }
}
