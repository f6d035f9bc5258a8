;; Saves more than it may.
(memory $memory 100)
(func $save (result i32)
  (i32.store (i32.const 6148) (i32.const 131072))
  (i32.store (i32.const 6152) (i32.const 0x500000))
  (i32.const 6144))
