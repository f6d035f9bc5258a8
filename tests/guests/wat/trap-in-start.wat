;; Traps while it is instantiated, before anything is asked of it.
(func $first (unreachable))
(start $first)
