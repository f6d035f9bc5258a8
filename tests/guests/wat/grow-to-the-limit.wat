;; Takes a page at a time until there is none, and does not cope.
(func $event (result i32)
  (loop $again (br_if $again (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
  (unreachable))
