/**
 * Makes a plugin of what the AssemblyScript compiler wrote: gives its exports the contract's names
 * and adds the contract's types. The host makes a component of it.
 *
 *     node component.mjs IN.wasm OUT.wasm WORLD
 *
 * A world's types are in `worlds/WORLD.bin`: the section of that purpose which `wit-bindgen c` puts
 * into its object file. They are made anew where the contract changes:
 *
 *     wit-bindgen c wit --world WORLD --out-dir DIR
 *     node component.mjs --types DIR/*_component_type.o worlds/WORLD.bin
 */

import { readFile, rename, writeFile } from "node:fs/promises";

import { plugin, typesIn } from "./module.mjs";

const args = process.argv.slice(2);
if (args.length !== 3) {
  console.error("component.mjs: IN.wasm OUT.wasm WORLD, or --types OBJECT OUT.bin, is needed");
  process.exit(2);
}
if (args[0] === "--types") {
  const [, object, output] = args;
  await writeFile(output, typesIn(await readFile(object)));
} else {
  const [input, output, world] = args;
  const types = await readFile(new URL(`worlds/${world}.bin`, import.meta.url));
  // Renamed at the end: half a plugin is none.
  await writeFile(`${output}.part`, plugin(await readFile(input), types));
  await rename(`${output}.part`, output);
}
