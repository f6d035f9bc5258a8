;; Traps before it has said who it is.
(func $describe (result i32) (unreachable))
