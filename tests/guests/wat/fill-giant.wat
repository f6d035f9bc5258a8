;; One `memory.fill` of four gigabytes.
(func $event (result i32)
  (memory.fill (i32.const 0) (i32.const 1) (i32.const -1))
  (i32.const 4096))
