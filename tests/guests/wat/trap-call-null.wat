;; Calls an element of a table where there is none.
(table $table 2 2 funcref)
(func $event (result i32)
  (call_indirect $table (result i32) (i32.const 0)))
