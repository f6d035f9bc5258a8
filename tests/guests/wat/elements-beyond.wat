;; Elements that lie outside their table.
(table $table 1 funcref)
(func $any)
(elem (table $table) (i32.const 7) func $any)
