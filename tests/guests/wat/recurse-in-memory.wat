;; As compilers lay a stack out in memory: its pointer goes down to zero and wraps.
(global $sp (mut i32) (i32.const 65536))
(func $deeper (result i32)
  (global.set $sp (i32.sub (global.get $sp) (i32.const 1024)))
  (i32.store (global.get $sp) (i32.const 7))
  (i32.add (call $deeper) (i32.const 1)))
(func $event (result i32)
  (call $deeper))
