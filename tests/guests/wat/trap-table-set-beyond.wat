;; Writes an element that its table does not have.
(table $table 2 2 funcref)
(func $event (result i32)
  (table.set $table (i32.const -1) (ref.null func))
  (i32.const 4096))
