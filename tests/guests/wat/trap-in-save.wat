;; Cannot be saved.
(func $save (result i32) (unreachable))
