/**
 * Values in linear memory, where records, lists and texts cross. Offsets are those of the component
 * model's canonical ABI, on the records of `wit/types.wit`.
 */

/** What one call has taken: its arguments, its answer, and what imports gave back. */
const blocks: usize[] = [];

/** Memory until the host has read this call's answer; aligned for anything. */
export function take(size: usize): usize {
  const block = heap.alloc(size);
  blocks.push(block);
  return block;
}

/** The host's way to memory: it puts arguments there, and what imports answer. */
export function cabi_realloc(old: usize, oldSize: usize, align: usize, size: usize): usize {
  const block = take(size);
  if (old != 0) memory.copy(block, old, min(oldSize, size));
  return block;
}

/** The host has read the answer. */
export function cabi_post(_answer: usize): void {
  for (let i = 0; i < blocks.length; ++i) heap.free(blocks[i]);
  blocks.length = 0;
}

// Reading. `at` is the address of the value.

export function getText(at: usize): string {
  return String.UTF8.decodeUnsafe(load<usize>(at), load<usize>(at, 4));
}

/** A list whose elements are `size` bytes apart. */
export function getList<T>(at: usize, size: usize, get: (at: usize) => T): T[] {
  return getListOf<T>(load<usize>(at), load<i32>(at, 4), size, get);
}

/** The same, where address and length came as two parameters. */
export function getListOf<T>(first: usize, length: i32, size: usize, get: (at: usize) => T): T[] {
  const list = new Array<T>(length);
  for (let i = 0; i < length; ++i) list[i] = get(first + usize(i) * size);
  return list;
}

export function getTexts(at: usize): string[] {
  return getList<string>(at, 8, getText);
}

/** Numbers, as they lie there. */
export function getNumbers<T>(first: usize, length: i32): T[] {
  const list = new Array<T>(length);
  for (let i = 0; i < length; ++i) list[i] = load<T>(first + (usize(i) << alignof<T>()));
  return list;
}

/** An `option<f64>` of size 16; `none` where there is nothing. */
export function getNumberOr(at: usize, none: f64): f64 {
  return load<u8>(at) == 0 ? none : load<f64>(at, 8);
}

/** An `option<u64>`; -1 where there is nothing. */
export function getCount(at: usize): i64 {
  return load<u8>(at) == 0 ? -1 : load<i64>(at, 8);
}

// Writing.

export function putText(at: usize, text: string): void {
  const size = String.UTF8.byteLength(text);
  const bytes = take(size);
  String.UTF8.encodeUnsafe(
    changetype<usize>(text),
    text.length,
    bytes,
    false,
    String.UTF8.ErrorMode.REPLACE,
  );
  store<usize>(at, bytes);
  store<usize>(at, usize(size), 4);
}

/** A list whose elements are `size` bytes apart, zeroed; its first element's address comes back. */
export function putList(at: usize, length: i32, size: usize): usize {
  const bytes = usize(length) * size;
  const first = take(bytes);
  memory.fill(first, 0, bytes);
  store<usize>(at, first);
  store<i32>(at, length, 4);
  return first;
}

export function putTexts(at: usize, texts: string[]): void {
  const first = putList(at, texts.length, 8);
  for (let i = 0; i < texts.length; ++i) putText(first + usize(i) * 8, texts[i]);
}

/** Numbers, as they are to lie there. */
export function putNumbers<T>(at: usize, numbers: T[]): void {
  const first = putList(at, numbers.length, sizeof<T>());
  for (let i = 0; i < numbers.length; ++i) {
    store<T>(first + (usize(i) << alignof<T>()), numbers[i]);
  }
}

/** An `option<f64>` of size 16; nothing where it is NaN. */
export function putNumberUnlessNaN(at: usize, number: f64): void {
  store<u8>(at, u8(!isNaN(number)));
  store<f64>(at, number, 8);
}
