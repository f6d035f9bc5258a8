;; Ten million signals that are really there: stops without a reason, all zeros.
(memory $memory 6200)
(func $event (result i32)
  (i32.store (i32.const 4100) (i32.const 1048576))
  (i32.store (i32.const 4104) (i32.const 10000000))
  (i32.const 4096))
