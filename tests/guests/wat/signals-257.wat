;; One signal more than it may give.
(func $event (result i32)
  (i32.store (i32.const 4100) (i32.const 65536))
  (i32.store (i32.const 4104) (i32.const 257))
  (i32.const 4096))
