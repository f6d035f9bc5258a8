;; Calls an element that its table does not have.
(table $table 2 2 funcref)
(func $event (result i32)
  (call_indirect $table (result i32) (i32.const 7)))
