;; Asks for a weight by a name of forty megabytes.
(memory $memory 700)
(func $event (result i32)
  (call $weight (i32.const 65536) (i32.const 0x2800000) (i32.const 8304))
  (i32.const 4096))
