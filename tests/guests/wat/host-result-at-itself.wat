;; Has the host write its answer beyond its memory.
(func $event (result i32)
  (call $shape (i64.const 0) (i32.const -4))
  (i32.const 4096))
