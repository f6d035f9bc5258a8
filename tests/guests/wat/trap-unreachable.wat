;; The bare instruction, without a word before it.
(func $event (result i32)
  (unreachable))
