;; A list whose size in bytes is too large for its addresses.
(func $event (result i32)
  (i32.store (i32.const 4100) (i32.const 8192))
  (i32.store (i32.const 4104) (i32.const -1))
  (i32.const 4096))
