;; Grows by nothing, for ever.
(func $event (result i32)
  (loop $again (drop (memory.grow (i32.const 0))) (br $again))
  (unreachable))
