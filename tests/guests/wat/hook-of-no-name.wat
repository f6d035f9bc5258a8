;; A plan with a hook that does not exist.
(func $start (param i32) (result i32)
  (i32.store (i32.const 4100) (i32.const 8192))
  (i32.store (i32.const 4104) (i32.const 1))
  (i32.store8 (i32.const 8192) (i32.const 99))
  (i32.const 4096))
