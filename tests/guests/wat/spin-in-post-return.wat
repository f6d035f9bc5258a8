;; Loops after its answer was read.
(func $post (loop $again (br $again)))
