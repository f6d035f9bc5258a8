;; Wants a gigabyte from the beginning.
(memory $memory 16384)
