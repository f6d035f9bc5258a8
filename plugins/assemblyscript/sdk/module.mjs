/** The binary format of modules, as far as it takes to make a plugin of one. */

const VERSION = "0.1.0";
const CUSTOM = 0;
const EXPORT = 7;

/**
 * A module with the contract's names and types.
 *
 * @param {Uint8Array} module
 * @param {Uint8Array} types a custom section's content
 * @returns {Uint8Array}
 */
export function plugin(module, types) {
  const sections = sectionsOf(module).map(({ id, content }) =>
    section(id, id === EXPORT ? renamed(content) : content),
  );
  return concat([module.subarray(0, 8), ...sections, section(CUSTOM, types)]);
}

/**
 * The types in an object file.
 *
 * @param {Uint8Array} object
 * @returns {Uint8Array}
 */
export function typesIn(object) {
  for (const { id, content } of sectionsOf(object)) {
    if (id === CUSTOM && new Reader(content).name().startsWith("component-type:")) {
      return content;
    }
  }
  throw new Error("there are no component types in this object file");
}

/**
 * The contract's name of an exported function, such as `callbox:plugin/callback@0.1.0#on-event` of
 * `callback_onEvent`; undefined for what is not of the contract.
 *
 * @param {string} name
 */
function contractName(name) {
  const [, of, func] = /^(callback|transform|metric)_(\w+)$/.exec(name) ?? [];
  if (func === undefined) {
    return undefined;
  }
  const kebab = func.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `callbox:plugin/${of}@${VERSION}#${kebab}`;
}

/**
 * The section of exports with the contract's names. Each function that answers is followed by one
 * that frees its answer.
 *
 * @param {Uint8Array} content
 */
function renamed(content) {
  const exports = new Reader(content).exports();
  const post = exports.find(({ name }) => name === "cabi_post");
  if (!post) {
    throw new Error("the module has no export cabi_post: is sdk/abi/callback.ts compiled with it?");
  }
  const contract = exports.flatMap((each) => {
    const name = contractName(each.name);
    if (name === undefined) {
      return each === post ? [] : [each];
    }
    const named = { ...each, name };
    return name.endsWith("#begin") ? [named] : [named, { ...post, name: `cabi_post_${name}` }];
  });
  return concat([
    number(contract.length),
    ...contract.flatMap(({ name, kind, index }) => [text(name), [kind], number(index)]),
  ]);
}

/** @param {Uint8Array} module */
function sectionsOf(module) {
  const reader = new Reader(module, 8);
  const sections = [];
  while (reader.at < module.length) {
    const id = reader.byte();
    sections.push({ id, content: reader.bytes(reader.number()) });
  }
  return sections;
}

/** Reads the parts that the binary format is made of. */
class Reader {
  /** @param {Uint8Array} data */
  constructor(data, at = 0) {
    this.data = data;
    this.at = at;
  }

  byte() {
    return this.data[this.at++];
  }

  /** @param {number} length */
  bytes(length) {
    this.at += length;
    return this.data.subarray(this.at - length, this.at);
  }

  /** Unsigned LEB128. */
  number() {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte % 128) * scale;
      if (byte < 128) {
        return value;
      }
    }
  }

  name() {
    return new TextDecoder().decode(this.bytes(this.number()));
  }

  exports() {
    return Array.from({ length: this.number() }, () => ({
      name: this.name(),
      kind: this.byte(),
      index: this.number(),
    }));
  }
}

/** @param {number} id @param {Uint8Array} content */
function section(id, content) {
  return concat([[id], number(content.length), content]);
}

/** @param {number} value */
function number(value) {
  const bytes = [];
  for (; value >= 128; value = Math.floor(value / 128)) {
    bytes.push((value % 128) + 128);
  }
  return [...bytes, value];
}

/** @param {string} value */
function text(value) {
  const bytes = new TextEncoder().encode(value);
  return concat([number(bytes.length), bytes]);
}

/** @param {(Uint8Array | number[])[]} parts */
function concat(parts) {
  return Uint8Array.from(Buffer.concat(parts.map((part) => Uint8Array.from(part))));
}
