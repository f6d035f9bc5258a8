/**
 * A plugin's memory as bytes: `save` writes values one by one, `load` reads them in the same order.
 *
 * Little-endian, without names, and the same in every language's SDK. An optional value is `bool`
 * and then the value if there is one; a list is `u64`, its length, and then its items. Whoever
 * changes the order raises the state's version.
 */

import { fail } from "./failure";

/** Values as bytes. */
export class Writer {
  private data: u8[] = [];

  u8(value: u8): Writer {
    this.data.push(value);
    return this;
  }

  bool(value: bool): Writer {
    return this.u8(u8(value));
  }

  u32(value: u32): Writer {
    return this.append(value, 4);
  }

  u64(value: u64): Writer {
    return this.append(value, 8);
  }

  i64(value: i64): Writer {
    return this.append(value, 8);
  }

  f64(value: f64): Writer {
    return this.append(reinterpret<u64>(value), 8);
  }

  text(value: string): Writer {
    const bytes = Uint8Array.wrap(String.UTF8.encode(value));
    this.u64(bytes.length);
    for (let i = 0; i < bytes.length; ++i) this.data.push(bytes[i]);
    return this;
  }

  /** All that was written. */
  bytes(): Uint8Array {
    const bytes = new Uint8Array(this.data.length);
    for (let i = 0; i < bytes.length; ++i) bytes[i] = this.data[i];
    return bytes;
  }

  private append(value: u64, size: i32): Writer {
    for (let i = 0; i < size; ++i) this.data.push(u8(value >> (8 * i)));
    return this;
  }
}

/** Reads what a `Writer` wrote. What is not there reads as 0; `end` tells. */
export class Reader {
  private at: i32 = 0;
  private fits: bool = true;

  constructor(private data: Uint8Array) {}

  u8(): u8 {
    return u8(this.take(1));
  }

  bool(): bool {
    const byte = this.u8();
    if (byte > 1) this.fits = false;
    return byte == 1;
  }

  u32(): u32 {
    return u32(this.take(4));
  }

  u64(): u64 {
    return this.take(8);
  }

  i64(): i64 {
    return i64(this.take(8));
  }

  f64(): f64 {
    return reinterpret<f64>(this.take(8));
  }

  text(): string {
    const size = this.u64();
    if (size > u64(this.data.length - this.at)) {
      this.fits = false;
      return "";
    }
    const from = this.at;
    this.at += i32(size);
    return String.UTF8.decode(this.data.slice(from, this.at).buffer);
  }

  /** A list's length, 0 where so many items cannot be there. */
  length(): i32 {
    const length = this.u64();
    if (length > u64(this.data.length - this.at)) {
      this.fits = false;
      return 0;
    }
    return i32(length);
  }

  /**
   * Whether all was there and nothing is left. Where not, the plugin fails with a sentence, and must
   * not go on from what it read.
   */
  end(): bool {
    if (this.fits && this.at == this.data.length) return true;
    fail(`these ${this.data.length} saved bytes are not what this plugin writes`);
    return false;
  }

  private take(size: i32): u64 {
    if (this.data.length - this.at < size) {
      this.fits = false;
      this.at = this.data.length;
      return 0;
    }
    let value: u64 = 0;
    for (let i = 0; i < size; ++i) value |= u64(this.data[this.at + i]) << (8 * i);
    this.at += size;
    return value;
  }
}
