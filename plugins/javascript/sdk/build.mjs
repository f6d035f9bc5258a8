/**
 * Builds a plugin: bundles it with esbuild and makes a component of it with componentize-qjs.
 *
 *     node build.mjs PLUGIN.js OUT.wasm --world callback-plugin --wit WIT --tools FOLDER
 *
 * `--tools` is where `npm ci` has installed what package.json pins.
 */

import { cp, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

import { asWhole, inHalves } from "./exact-seed.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { world: { type: "string" }, wit: { type: "string" }, tools: { type: "string" } },
});
const [entry, out] = positionals;
const { world, wit, tools } = values;
if (!entry || !out || !world || !wit || !tools) {
  console.error(
    "build.mjs: a plugin, an output, --world, --wit and --tools are needed; the Makefile gives them",
  );
  process.exit(2);
}
const require = createRequire(join(resolve(tools), "package.json"));

const bundled = await bundle(entry);
const component = await componentize(bundled);
// Renamed at the end: half a plugin is none.
await writeFile(`${out}.part`, asWhole(component));
await rename(`${out}.part`, out);

/** @param {string} entry */
async function bundle(entry) {
  const esbuild = require("esbuild");
  const { outputFiles } = await esbuild
    .build({
      entryPoints: [entry],
      bundle: true,
      // Names stay: a stack in the log is made of them.
      minifyWhitespace: true,
      minifySyntax: true,
      write: false,
      format: "esm",
      target: "es2023",
      external: ["callbox:*"],
      alias: { callbox: import.meta.dirname },
      // What is built shall not depend on what an editor is told.
      tsconfigRaw: {},
    })
    // It has said what is wrong, and where.
    .catch(() => process.exit(1));
  return outputFiles[0].text;
}

/** @param {string} jsSource */
async function componentize(jsSource) {
  const qjs = require("componentize-qjs");
  const witPath = await mkdtemp(join(tmpdir(), "callbox-wit-"));
  try {
    await cp(wit, witPath, { recursive: true });
    const types = join(witPath, "types.wit");
    await writeFile(types, inHalves(await readFile(types, "utf8")));
    const { component } = await qjs.componentize({
      witPath,
      world,
      jsSource,
      stubWasi: true,
      sync: true,
      optSize: true,
    });
    return component;
  } finally {
    await rm(witPath, { recursive: true });
  }
}
