;; Reads an element that its table does not have.
(table $table 2 2 funcref)
(func $event (result i32)
  (drop (table.get $table (i32.const 2)))
  (i32.const 4096))
