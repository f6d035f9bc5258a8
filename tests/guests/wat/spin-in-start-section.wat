;; Loops while it is instantiated.
(func $first (loop $again (br $again)))
(start $first)
