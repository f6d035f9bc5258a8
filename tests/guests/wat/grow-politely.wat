;; Takes what it can get, and writes to all of it.
(func $event (result i32)
  (local $at i32)
  (loop $again (br_if $again (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
  (memory.fill (i32.const 65536) (i32.const 1)
    (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 65536)))
  (i32.const 4096))
