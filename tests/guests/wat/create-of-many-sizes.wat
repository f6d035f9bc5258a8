;; Makes a tensor of half a million dimensions.
(memory $memory 64)
(func $event (result i32)
  (call $create (i32.const 65536) (i32.const 500000) (i32.const 8192) (i32.const 1) (i32.const 8304))
  (i32.const 4096))
