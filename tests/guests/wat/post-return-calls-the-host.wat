;; Calls the host when its answer is being thrown away.
(func $post (call $log (i32.const 1) (i32.const 8192) (i32.const 4)))
