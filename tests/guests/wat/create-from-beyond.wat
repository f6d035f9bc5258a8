;; Makes a tensor of numbers that are not in its memory.
(func $event (result i32)
  (call $create (i32.const 8192) (i32.const 1) (i32.const 8192) (i32.const 0x10000000) (i32.const 8304))
  (i32.const 4096))
