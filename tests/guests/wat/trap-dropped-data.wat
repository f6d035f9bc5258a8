;; Copies from a data segment that it has dropped.
(data $gone "gone")
(func $event (result i32)
  (data.drop $gone)
  (memory.init $gone (i32.const 0) (i32.const 0) (i32.const 4))
  (i32.const 4096))
