;; Logs without an end.
(func $event (result i32)
  (loop $again (call $log (i32.const 1) (i32.const 8192) (i32.const 100)) (br $again))
  (unreachable))
