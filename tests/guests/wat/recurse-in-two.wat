;; Two functions that call one another through a table.
(table $table funcref (elem $one $other))
(func $one (result i32) (i32.add (call_indirect $table (result i32) (i32.const 1)) (i32.const 1)))
(func $other (result i32) (i32.add (call_indirect $table (result i32) (i32.const 0)) (i32.const 1)))
(func $event (result i32)
  (call_indirect $table (result i32) (i32.const 0)))
