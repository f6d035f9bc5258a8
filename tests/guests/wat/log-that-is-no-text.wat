;; Logs what is not UTF-8.
(func $event (result i32)
  (i32.store (i32.const 8192) (i32.const -1))
  (call $log (i32.const 1) (i32.const 8192) (i32.const 4))
  (i32.const 4096))
