;; Logs at a level that does not exist.
(func $event (result i32)
  (call $log (i32.const 99) (i32.const 8192) (i32.const 4))
  (i32.const 4096))
