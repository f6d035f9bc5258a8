;; Makes its table larger until it may not, and does not cope.
(table $table 0 funcref)
(func $event (result i32)
  (loop $again
    (br_if $again (i32.ne (table.grow $table (ref.null func) (i32.const 1000)) (i32.const -1))))
  (unreachable))
