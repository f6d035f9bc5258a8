;; Logs a line that lies outside its memory.
(func $event (result i32)
  (call $log (i32.const 1) (i32.const -8) (i32.const 100))
  (i32.const 4096))
