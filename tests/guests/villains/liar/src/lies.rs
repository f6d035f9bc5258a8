//! Results of `on-event` as they lie in memory, by the canonical ABI for 32 bits.

/// A signal as it lies in memory, where its payload is a text.
#[repr(C, align(8))]
#[derive(Clone, Copy)]
struct RawSignal {
    case: u32,
    padding: u32,
    text: u32,
    length: u32,
    rest: [u32; 6],
}

/// The result of `on-event` as it lies in memory.
#[repr(C)]
pub(crate) struct RawResult {
    case: u32,
    list: u32,
    length: u32,
}

/// Everything is leaked: the instance is not meant to live for long.
pub(crate) fn lie(which: &str) -> RawResult {
    let text = leak(vec![b'x'; 1 << 16]);
    let honest = RawSignal { case: 0, padding: 0, text, length: 1 << 16, rest: [0; 6] };
    let one = |signal| RawResult { case: 0, list: leak(vec![signal]), length: 1 };
    match which {
        "pointer" => RawResult { case: 0, list: 0xffff_fff8, length: 100 },
        "unaligned" => RawResult { list: leak(vec![honest; 2]) + 1, ..one(honest) },
        "alias" => RawResult { case: 0, list: leak(vec![honest; 200_000]), length: 200_000 },
        "case" => one(RawSignal { case: 200, ..honest }),
        "result" => RawResult { case: 7, ..one(honest) },
        "utf8" => one(RawSignal { text: leak(vec![0xff_u8; 16]), length: 16, ..honest }),
        _ => RawResult { length: 10_000_000, ..one(honest) },
    }
}

fn leak<T>(values: Vec<T>) -> u32 {
    values.leak().as_ptr().addr() as u32
}
