/**
 * A plugin's memory as bytes: a codec writes it in `save` and reads it back in `load`.
 *
 * ```js
 * const memory = saved.record({ best: saved.option(saved.f64), badEpochs: saved.u32 });
 *
 * save() {
 *   return memory.toBytes(this);
 * }
 *
 * load(bytes) {
 *   Object.assign(this, memory.fromBytes(bytes));
 * }
 * ```
 *
 * Little-endian, without names, and the same in every language's SDK. Whoever changes the codec
 * raises `stateVersion`.
 */

import { Failure } from "./failure.js";

/**
 * How values of one type are written and read.
 *
 * @template T
 */
export class Codec {
  /**
   * @param {(value: T, bytes: number[]) => void} write appends a value
   * @param {(source: Source) => T} read takes a value off the front; throws where there is none
   */
  constructor(write, read) {
    this.write = write;
    this.read = read;
  }

  /**
   * A value as bytes.
   *
   * @param {T} value
   * @returns {Uint8Array}
   */
  toBytes(value) {
    /** @type {number[]} */
    const bytes = [];
    this.write(value, bytes);
    return Uint8Array.from(bytes);
  }

  /**
   * The value that `toBytes` wrote. Throws where the bytes are too few, too many, or not such a
   * value.
   *
   * @param {Uint8Array} bytes
   * @returns {T}
   */
  fromBytes(bytes) {
    const source = new Source(bytes);
    try {
      const value = this.read(source);
      if (source.isEmpty()) {
        return value;
      }
    } catch (error) {
      // All of these are one thing to the user. Any other error is a mistake of a codec.
      if (!(error instanceof RangeError || error instanceof URIError)) {
        throw error;
      }
    }
    throw new Failure(`these ${bytes.length} saved bytes are not what this plugin writes`);
  }
}

/** Bytes that are read from the front. */
class Source {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  isEmpty() {
    return this.at === this.bytes.length;
  }

  /** @param {number} length */
  take(length) {
    if (length > this.bytes.length - this.at) {
      throw new RangeError("too few bytes");
    }
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

/** A whole number of 8 bits. @type {Codec<number>} */
export const u8 = numbers(
  1,
  (view, value) => view.setUint8(0, value),
  (view) => view.getUint8(0),
);

/** A whole number of 32 bits. @type {Codec<number>} */
export const u32 = numbers(
  4,
  (view, value) => view.setUint32(0, value, true),
  (view) => view.getUint32(0, true),
);

/** 64 bits, such as a `Random`'s state. @type {Codec<bigint>} */
export const u64 = numbers(
  8,
  (view, value) => view.setBigUint64(0, value, true),
  (view) => view.getBigUint64(0, true),
);

/** 64 bits with a sign. @type {Codec<bigint>} */
export const i64 = numbers(
  8,
  (view, value) => view.setBigInt64(0, value, true),
  (view) => view.getBigInt64(0, true),
);

/** A number. @type {Codec<number>} */
export const f64 = numbers(
  8,
  (view, value) => view.setFloat64(0, value, true),
  (view) => view.getFloat64(0, true),
);

/** true or false. @type {Codec<boolean>} */
export const bool = new Codec(
  (value, bytes) => u8.write(value ? 1 : 0, bytes),
  (source) => {
    const byte = u8.read(source);
    if (byte > 1) {
      throw new RangeError("neither true nor false");
    }
    return byte === 1;
  },
);

/**
 * A text. There is no `TextEncoder` in a plugin; percent-encoding is UTF-8 too.
 *
 * @type {Codec<string>}
 */
export const text = new Codec(
  (value, bytes) => {
    const escaped = encodeURIComponent(value.toWellFormed());
    const utf8 = escaped.match(/%..|./g) ?? [];
    u64.write(BigInt(utf8.length), bytes);
    bytes.push(
      ...utf8.map((byte) =>
        byte.length === 3 ? Number(`0x${byte.slice(1)}`) : byte.charCodeAt(0),
      ),
    );
  },
  (source) => {
    const utf8 = source.take(Number(u64.read(source)));
    return decodeURIComponent(
      Array.from(utf8, (byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""),
    );
  },
);

/**
 * A value, or null.
 *
 * @template T
 * @param {Codec<T>} codec
 * @returns {Codec<T | null>}
 */
export function option(codec) {
  return new Codec(
    (value, bytes) => {
      bool.write(value !== null, bytes);
      if (value !== null) {
        codec.write(value, bytes);
      }
    },
    (source) => (bool.read(source) ? codec.read(source) : null),
  );
}

/**
 * An array of values of one type.
 *
 * @template T
 * @param {Codec<T>} codec
 * @returns {Codec<T[]>}
 */
export function list(codec) {
  return new Codec(
    (values, bytes) => {
      u64.write(BigInt(values.length), bytes);
      values.forEach((value) => codec.write(value, bytes));
    },
    (source) => {
      /** @type {T[]} */
      const values = [];
      for (let left = u64.read(source); left > 0n; left -= 1n) {
        values.push(codec.read(source));
      }
      return values;
    },
  );
}

/**
 * An array of values of these types.
 *
 * @template {unknown[]} T
 * @param {{ [I in keyof T]: Codec<T[I]> }} codecs
 * @returns {Codec<T>}
 */
export function tuple(...codecs) {
  return new Codec(
    (values, bytes) => codecs.forEach((codec, index) => codec.write(values[index], bytes)),
    (source) => /** @type {T} */ (codecs.map((codec) => codec.read(source))),
  );
}

/**
 * An object with these properties, written in this order and without their names. Others are left
 * out, so that a plugin can pass itself.
 *
 * @template {Record<string, any>} T
 * @param {{ [K in keyof T]: Codec<T[K]> }} codecs
 * @returns {Codec<T>}
 */
export function record(codecs) {
  const entries = Object.entries(codecs);
  return new Codec(
    (value, bytes) => entries.forEach(([key, codec]) => codec.write(value[key], bytes)),
    (source) =>
      /** @type {T} */ (
        Object.fromEntries(entries.map(([key, codec]) => [key, codec.read(source)]))
      ),
  );
}

/**
 * @template {number | bigint} T
 * @param {number} size in bytes
 * @param {(view: DataView, value: T) => void} write
 * @param {(view: DataView) => T} read
 * @returns {Codec<T>}
 */
function numbers(size, write, read) {
  return new Codec(
    (value, bytes) => {
      const view = new DataView(new ArrayBuffer(size));
      write(view, value);
      bytes.push(...new Uint8Array(view.buffer));
    },
    (source) => {
      const bytes = source.take(size);
      return read(new DataView(bytes.buffer, bytes.byteOffset, size));
    },
  );
}
