/** Checks of the SDK's arithmetic, compiled as it is in a plugin. `sdk.test.js` runs each export. */

import { cosine, exponential, linear } from "../../sdk/anneal";
import { Random } from "../../sdk/random";
import { recover } from "../../sdk/failure";
import { Reader, Writer } from "../../sdk/saved";

export function everyWayStartsAndEndsWhereItSays(): void {
  const places: f64[] = [-1, 0, 1, 7];
  const ends: f64[] = [0.004, 0.004, 0.1, 0.1];
  for (let i = 0; i < 4; ++i) {
    assert(linear(0.004, 0.1, places[i]) == ends[i]);
    assert(cosine(0.004, 0.1, places[i]) == ends[i]);
    assert(exponential(0.004, 0.1, places[i]) == ends[i]);
  }
}

export function noWayLeavesItsEnds(): void {
  for (let step = 0; step <= 1000; ++step) {
    const pct = f64(step) / 1e9;
    assert(within(linear(0.1, 4e-7, pct)));
    assert(within(cosine(0.1, 4e-7, pct)));
    assert(within(exponential(0.1, 4e-7, pct)));
  }
}

export function librariesAgreeButForTheLastBits(): void {
  for (let step = 0; step <= 10_000; ++step) {
    const pct = f64(step) / 10_000;
    assert(Math.abs(cosine(1, 0, pct) - (0.5 + 0.5 * Math.cos(Math.PI * pct))) < 4e-16);
    assert(Math.abs(exponential(1e-7, 10, pct) / (1e-7 * Math.pow(1e8, pct)) - 1) < 4e-15);
  }
}

export function theNumbersAreThePapers(): void {
  const random = new Random(1_234_567);
  assert(random.next() == 6457827717110365317);
  assert(random.next() == 3203168211198807973);
  assert(random.next() == 9817491932198370423);
  assert(random.next() == 4593380528125082431);
  assert(random.next() == 16408922859458223821);
}

export function aStreamGoesOnFromItsState(): void {
  const random = new Random(7);
  random.next();
  const copy = new Random(random.state);
  assert(copy.uniform() == random.uniform());
  for (let draw = 0; draw < 100; ++draw) assert(copy.below(3) < 3);
  assert(copy.below(0) == 0);
}

export function everythingComesBack(): void {
  const writer = new Writer().f64(0.1).u32(7).text("größer 🙂").bool(true).u64(u64.MAX_VALUE);
  const reader = new Reader(writer.i64(i64.MIN_VALUE).bytes());
  assert(reader.f64() == 0.1);
  assert(reader.u32() == 7);
  assert(reader.text() == "größer 🙂");
  assert(reader.bool());
  assert(reader.u64() == u64.MAX_VALUE);
  assert(reader.i64() == i64.MIN_VALUE);
  assert(reader.end());
}

export function theBytesAreThoseOfEverySdk(): void {
  const bytes = new Writer().bool(true).u8(5).text("ä").bool(true).bytes();
  const expected: u8[] = [1, 5, 2, 0, 0, 0, 0, 0, 0, 0, 0xc3, 0xa4, 1];
  assert(bytes.length == expected.length);
  for (let i = 0; i < bytes.length; ++i) assert(bytes[i] == expected[i]);
}

export function otherBytesAreRefused(): void {
  const bytes = new Writer().u32(1).u32(2).bytes();
  const short = new Reader(bytes.slice(0, 7));
  short.u32();
  short.u32();
  assert(!short.end());
  assert(recover()! == "these 7 saved bytes are not what this plugin writes");
  const long = new Reader(bytes);
  long.u32();
  assert(!long.end());
  const flag = new Reader(new Writer().u8(2).bytes());
  flag.bool();
  assert(!flag.end());
  const list = new Reader(new Writer().u64(u64.MAX_VALUE).bytes());
  assert(list.length() == 0);
  assert(!list.end());
  const text = new Reader(new Writer().u64(u64.MAX_VALUE).bytes());
  text.text();
  assert(!text.end());
  recover();
}

function within(value: f64): bool {
  return value >= 4e-7 && value <= 0.1;
}
