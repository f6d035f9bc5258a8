;; A reason that ends outside its memory.
(func $event (result i32)
  (i32.store (i32.const 8200) (i32.const -4))
  (i32.store (i32.const 8204) (i32.const 8))
  (i32.store (i32.const 4100) (i32.const 8192))
  (i32.store (i32.const 4104) (i32.const 1))
  (i32.const 4096))
