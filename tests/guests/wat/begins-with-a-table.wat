;; Wants a table of five million elements from the beginning.
(table 5000000 funcref)
