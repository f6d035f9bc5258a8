;; Two hundred thousand powers that are one buffer.
(memory $memory 40)
(func $fill (param $size i32) (param $count i32) (local $at i32)
  ;; That many records of that size, each a text: the whole buffer at 8192.
  (local.set $at (i32.const 262144))
  (loop $next
    (i32.store (local.get $at) (i32.const 8192))
    (i32.store offset=4 (local.get $at) (i32.const 4096))
    (local.set $at (i32.add (local.get $at) (local.get $size)))
    (local.set $count (i32.sub (local.get $count) (i32.const 1)))
    (br_if $next (local.get $count))))
(func $describe (result i32)
  (call $fill (i32.const 8) (i32.const 200000))
  (i32.store (i32.const 5024) (i32.const 262144))
  (i32.store (i32.const 5028) (i32.const 200000))
  ;; A descriptor without anything else.
  (i32.const 4992))
