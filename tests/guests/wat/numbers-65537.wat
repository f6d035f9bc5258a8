;; A histogram of more edges than it may show.
(memory $memory 12)
(func $event (result i32)
  (i32.store8 (i32.const 8192) (i32.const 22))
  (i32.store (i32.const 8208) (i32.const 131072))
  (i32.store (i32.const 8212) (i32.const 65537))
  (i32.store (i32.const 4100) (i32.const 8192))
  (i32.store (i32.const 4104) (i32.const 1))
  (i32.const 4096))
