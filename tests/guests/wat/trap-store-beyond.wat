;; Writes beyond its memory, by an offset that wraps nowhere.
(func $event (result i32)
  (i64.store offset=0xffffffff (i32.const -1) (i64.const 0))
  (i32.const 4096))
