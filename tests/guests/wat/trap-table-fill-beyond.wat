;; Fills more of a table than there is.
(table $table 2 2 funcref)
(func $event (result i32)
  (table.fill $table (i32.const 1) (ref.null func) (i32.const -1))
  (i32.const 4096))
