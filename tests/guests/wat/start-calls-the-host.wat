;; Calls the host while it is being instantiated.
(func $first (call $log (i32.const 1) (i32.const 8192) (i32.const 4)))
(start $first)
