;; A hyper-parameter whose number does not exist.
(func $event (result i32)
  (i32.store8 (i32.const 8192) (i32.const 9))
  (i32.store8 (i32.const 8200) (i32.const 77))
  (i32.store (i32.const 4100) (i32.const 8192))
  (i32.store (i32.const 4104) (i32.const 1))
  (i32.const 4096))
