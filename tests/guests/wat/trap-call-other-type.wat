;; Calls a function of another type.
(table $table funcref (elem $other))
(func $other (param f64))
(func $event (result i32)
  (call_indirect $table (result i32) (i32.const 0)))
