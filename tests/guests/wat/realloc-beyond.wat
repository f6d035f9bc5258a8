;; Gives the host memory that is not its own.
(func $realloc (param i32 i32 i32 i32) (result i32)
  (i32.const -16))
