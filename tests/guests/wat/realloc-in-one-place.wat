;; Gives the host the same memory every time.
(func $realloc (param i32 i32 i32 i32) (result i32)
  (i32.const 8192))
