;; Data that lies outside its memory.
(data (i32.const -1) "data")
