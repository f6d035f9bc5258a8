;; A reason of 5,000 bytes.
(func $event (result i32)
  (memory.fill (i32.const 10240) (i32.const 120) (i32.const 5000))
  (i32.store (i32.const 8200) (i32.const 10240))
  (i32.store (i32.const 8204) (i32.const 5000))
  (i32.store (i32.const 4100) (i32.const 8192))
  (i32.store (i32.const 4104) (i32.const 1))
  (i32.const 4096))
