;; Fills a megabyte of memory again and again.
(func $event (result i32)
  (drop (memory.grow (i32.const 16)))
  (loop $again
    (memory.fill (i32.const 65536) (i32.const 1) (i32.const 0x100000))
    (br $again))
  (unreachable))
