;; Makes an integer of a number that is too large.
(func $event (result i32)
  (i32.trunc_f32_u (f32.const 1e30)))
