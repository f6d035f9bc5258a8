;; Fills a table from a segment that is shorter.
(table $table 2 2 funcref)
(func $any)
(elem $short func $any)
(func $event (result i32)
  (table.init $table $short (i32.const 0) (i32.const 0) (i32.const 2))
  (i32.const 4096))
