;; Traps after its answer was read.
(func $post (unreachable))
