;; Takes four gigabytes at once, and writes there.
(func $event (result i32)
  (drop (memory.grow (i32.const 65534)))
  (i32.store (i32.const -65536) (i32.const 1))
  (i32.const 4096))
