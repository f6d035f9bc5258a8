;; The remainder of a division by zero, of 64 bits.
(func $event (result i32)
  (i32.wrap_i64 (i64.rem_u (i64.const 1) (i64.const 0))))
