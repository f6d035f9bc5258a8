;; One `memory.copy` of two gigabytes.
(func $event (result i32)
  (memory.copy (i32.const 0) (i32.const 8) (i32.const 0x7fffffff))
  (i32.const 4096))
