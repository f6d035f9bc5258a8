;; The least integer by -1: there is no such integer.
(func $event (result i32)
  (i32.div_s (i32.const 0x80000000) (i32.const -1)))
