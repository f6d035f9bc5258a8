;; Calls itself until the stack is gone.
(func $deeper (result i32) (i32.add (call $deeper) (i32.const 1)))
(func $event (result i32)
  (call $deeper))
