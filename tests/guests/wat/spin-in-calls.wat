;; Asks for tensors without an end, whatever the answer is.
;; Answers of the host may lie where they like.
(func $realloc (param i32 i32 i32 i32) (result i32) (i32.const 8448))
(func $event (result i32)
  (loop $again (call $shape (i64.const 0) (i32.const 8192)) (br $again))
  (unreachable))
