//! An allocator of half a kilobyte, for plugins that hold little.
//!
//! The standard library's is 8 kB, a seventh of a plugin, and good at what a plugin seldom does. This
//! one hands out blocks whose sizes are powers of two and keeps freed ones for the next request of
//! their size. So a block may be up to twice as large as what was asked for, and what was once taken
//! for small things is never put together for a large one: a plugin that holds a list per sample is
//! better off without. [`small_heap!`](crate::small_heap!) makes it a plugin's allocator.
#![allow(unsafe_code, reason = "an allocator deals with addresses")]

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::ptr::null_mut;

/// Makes [`Heap`] the allocator of this crate's plugin, beside `register!`.
#[macro_export]
macro_rules! small_heap {
    () => {
        #[cfg(target_arch = "wasm32")]
        #[global_allocator]
        static HEAP: $crate::heap::Heap = $crate::heap::Heap::new();
    };
}

/// A page of WebAssembly's memory.
const PAGE: usize = 65_536;
/// No type in a plugin needs more.
const ALIGN: usize = 16;

/// Blocks that were freed, in one list per power of two, and memory that nobody had yet.
pub struct Heap {
    /// The first of each list; it holds the address of the next. 0 is none.
    free: [Cell<usize>; usize::BITS as usize],
    fresh: Cell<usize>,
    end: Cell<usize>,
}

/// # Safety
/// A plugin has one thread.
unsafe impl Sync for Heap {}

impl Heap {
    /// Without any memory.
    #[must_use]
    pub const fn new() -> Self {
        let free = [const { Cell::new(0) }; usize::BITS as usize];
        Self { free, fresh: Cell::new(0), end: Cell::new(0) }
    }

    /// Memory that nobody had yet; 0 where there is none.
    fn take(&self, size: usize) -> usize {
        let mut start = self.fresh.get().next_multiple_of(ALIGN);
        if self.end.get() < start || self.end.get() - start < size {
            let pages = (size + ALIGN).div_ceil(PAGE);
            let Some(more) = grow(pages) else { return 0 };
            if more != self.end.get() {
                start = more;
            }
            self.end.set(more + pages * PAGE);
        }
        self.fresh.set(start + size);
        start
    }
}

impl Default for Heap {
    fn default() -> Self {
        Self::new()
    }
}

/// The power of two that holds a layout, and a list's link.
fn class(layout: Layout) -> usize {
    let least = layout.size().max(size_of::<usize>());
    (usize::BITS - (least - 1).leading_zeros()) as usize
}

/// # Safety
/// A block belongs to one list or to one owner: it is taken off its list when it is handed out, and
/// fresh memory is handed out once. It is as large as its class and aligned to `ALIGN`, or to its
/// size if that is less; what asks for more gets nothing.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let class = class(layout);
        if class >= usize::BITS as usize - 1 || layout.align() > ALIGN {
            return null_mut();
        }
        let first = self.free[class].get();
        if first == 0 {
            return self.take(1 << class) as *mut u8;
        }
        self.free[class].set(unsafe { *(first as *const usize) });
        first as *mut u8
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let list = &self.free[class(layout)];
        unsafe { *block.cast::<usize>() = list.get() };
        list.set(block as usize);
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let Ok(wanted) = Layout::from_size_align(size, layout.align()) else { return null_mut() };
        if class(wanted) == class(layout) {
            return block;
        }
        unsafe {
            let other = self.alloc(wanted);
            if !other.is_null() {
                block.copy_to_nonoverlapping(other, size.min(layout.size()));
                self.dealloc(block, layout);
            }
            other
        }
    }
}

/// The address of so many new pages.
#[cfg(target_arch = "wasm32")]
fn grow(pages: usize) -> Option<usize> {
    let before = core::arch::wasm32::memory_grow(0, pages);
    (before != usize::MAX).then(|| before * PAGE)
}

/// For tests: never given back.
#[cfg(not(target_arch = "wasm32"))]
fn grow(pages: usize) -> Option<usize> {
    Some(vec![0_u128; pages * PAGE / ALIGN].leak().as_mut_ptr() as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn layout(size: usize, align: usize) -> Layout {
        Layout::from_size_align(size, align).expect("a layout")
    }

    /// Every block is filled with its own byte, and has it still when it is given back.
    #[test]
    fn no_two_blocks_overlap() {
        let (heap, mut random) = (Heap::new(), Random::new(1));
        let mut held: Vec<(*mut u8, Layout, u8)> = Vec::new();
        let fill = |block: *mut u8, size: usize, byte: u8| unsafe { block.write_bytes(byte, size) };
        let check = |block: *mut u8, size: usize, byte: u8| {
            let found = unsafe { std::slice::from_raw_parts(block, size) };
            assert!(found.iter().all(|other| *other == byte));
        };
        for round in 0..20_000_u32 {
            let (byte, pick) = (round as u8, random.below(4));
            let most = 2 << random.below(14);
            let size = 1 + random.below(most) as usize;
            if pick < 2 || held.is_empty() {
                let layout = layout(size, 1 << random.below(5));
                let block = unsafe { heap.alloc(layout) };
                assert!(!block.is_null() && (block as usize).is_multiple_of(layout.align()));
                fill(block, size, byte);
                held.push((block, layout, byte));
                continue;
            }
            let (block, old, before) = held.swap_remove(random.below(held.len() as u64) as usize);
            check(block, old.size(), before);
            if pick == 2 {
                unsafe { heap.dealloc(block, old) };
                continue;
            }
            let block = unsafe { heap.realloc(block, old, size) };
            check(block, size.min(old.size()), before);
            fill(block, size, byte);
            held.push((block, layout(size, old.align()), byte));
        }
        held.iter().for_each(|(block, layout, byte)| check(*block, layout.size(), *byte));
    }

    #[test]
    fn a_freed_block_is_handed_out_again() {
        let heap = Heap::new();
        unsafe {
            let first = heap.alloc(layout(100, 8));
            heap.dealloc(first, layout(100, 8));
            assert_eq!(heap.alloc(layout(65, 1)), first);
            assert_ne!(heap.alloc(layout(65, 1)), first);
            assert_eq!(heap.realloc(first, layout(65, 1), 128), first);
            assert!(heap.alloc(layout(8, 32)).is_null());
            assert!(
                !heap.alloc(layout(1, 1)).is_null() && !heap.alloc(layout(3 * PAGE, 1)).is_null()
            );
        }
    }
}
