;; Traps when it is started.
(func $start (param i32) (result i32) (unreachable))
