;; Copies more of a table than there is.
(table $table 2 2 funcref)
(func $event (result i32)
  (table.copy $table $table (i32.const 0) (i32.const 1) (i32.const 2))
  (i32.const 4096))
