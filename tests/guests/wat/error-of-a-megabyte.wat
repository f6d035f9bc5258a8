;; An error of a megabyte of escapes.
(memory $memory 20)
(func $event (result i32)
  (memory.fill (i32.const 131072) (i32.const 27) (i32.const 0x100000))
  (i32.store (i32.const 131072) (i32.const 0x6d31335b))
  (i32.store8 (i32.const 4096) (i32.const 1))
  (i32.store (i32.const 4100) (i32.const 131072))
  (i32.store (i32.const 4104) (i32.const 1048576))
  (i32.const 4096))
