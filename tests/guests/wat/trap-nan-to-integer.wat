;; Makes an integer of NaN.
(func $event (result i32)
  (i32.trunc_f64_s (f64.const nan)))
