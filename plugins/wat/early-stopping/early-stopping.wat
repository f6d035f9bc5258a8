;; Stops training when a metric no longer improves.
;;
;; As in fastai v1, training stops when the number of bad epochs in a row is *greater* than
;; patience: patience 0 stops at the first bad epoch. An epoch is bad when the metric is not better
;; than the best so far by more than min-delta; NaN is never better. An epoch without a whole
;; validation is neither good nor bad.
;;
;; The component model's canonical ABI is written out by hand; README.md tells what it asks for.
;; Names in capitals never change: an address, a number of the contract, or a text, which is a
;; function that answers its address and its length.
;;
;; Memory:
;;   0x0000  nothing, so that no address is 0
;;   0x0100  texts
;;   0x0600  what `describe` answers
;;   0x0800  what `start` answers
;;   0x0900  what other calls answer
;;   0x1000  the heap: what is kept for the run, and above it what one call needs

(module
  (import "callbox:plugin/log@0.1.0" "write"
    (func $log (param $level i32) (param $text i32) (param $length i32)))

  (memory (export "memory") 1)

  ;; === What the user has set ===

  (global $monitor (mut i32) (i32.const 0))
  (global $monitor_length (mut i32) (i32.const 0))
  (global $patience (mut i32) (i32.const 0))
  (global $min_delta (mut f64) (f64.const 0))
  (global $mode (mut i32) (i32.const 0)) ;; not kept: `start` alone may look at it
  (global $mode_length (mut i32) (i32.const 0))

  ;; === What the run and the settings settle ===

  (global $started (mut i32) (i32.const 0))
  (global $lower_is_better (mut i32) (i32.const 0))
  (global $needs_validation (mut i32) (i32.const 0)) ;; whether the metric is new only after one

  ;; === What is seen on the way, and saved ===

  (global $has_best (mut i32) (i32.const 0))
  (global $best (mut f64) (f64.const 0))
  (global $best_epoch (mut i32) (i32.const 0)) ;; from 1, as in the epoch table
  (global $bad_epochs (mut i32) (i32.const 0))
  (global $validated (mut i32) (i32.const 0)) ;; whether a whole validation was done in this epoch

  ;; === What the plugin is: a `descriptor` of 52 bytes ===

  (global $DESCRIPTOR i32 (i32.const 0x600))
  (data (i32.const 0x600)
    (i32 0x100 14)  ;; +0   name
    (i32 0x110 5)   ;; +8   version
    (i32 0x120 47)  ;; +16  summary
    (i32 0x640 4)   ;; +24  params
    (i32 0x638 1)   ;; +32  needs
    (i32 0 0)       ;; +40  wants: none
    (i32 2))        ;; +48  state-version
  (data (i32.const 0x638)
    (i32 0x150 7))
  (data (i32.const 0x100) "early-stopping")
  (data (i32.const 0x110) "0.1.0")
  (data (i32.const 0x120) "Stops training when a metric no longer improves")
  (data (i32.const 0x150) "control")

  ;; A `param` has 72 bytes. A variant's case, or whether an option is there, is a byte; before a
  ;; payload of eight bytes it has seven of padding, and they are written as one i64.
  (data (i32.const 0x640)
    ;; +0 name, +8 doc     +16 default, +24 its payload
    ;; +32 min, +40 it     +48 max, +56 it     +64 choices
    (i32 0x160 7) (i32 0x200 72)    (i64 3) (i32 0x270 10)
    (i64 0) (f64 0)     (i64 0) (f64 0)             (i32 0 0)
    (i32 0x170 8) (i32 0x280 35)    (i64 1) (i64 0)
    (i64 1) (f64 0)     (i64 1) (f64 4294967295)    (i32 0 0)
    (i32 0x180 9) (i32 0x2b0 45)    (i64 2) (f64 0)
    (i64 1) (f64 0)     (i64 0) (f64 0)             (i32 0 0)
    (i32 0x190 4) (i32 0x2e0 92)    (i64 3) (i32 0x340 4)
    (i64 0) (f64 0)     (i64 0) (f64 0)             (i32 0x760 3))
  (data (i32.const 0x760)
    (i32 0x340 4) (i32 0x350 3) (i32 0x360 3)) ;; mode's choices
  (data (i32.const 0x200)
    "The metric to watch: train-loss, valid-loss or one of the run's metrics.")
  (data (i32.const 0x280) "Bad epochs in a row to put up with.")
  (data (i32.const 0x2b0) "An improvement is a change by more than this.")
  (data (i32.const 0x2e0)
    "Whether lower or higher is better; auto: as the run says, else lower for a loss or an error.")

  (data (i32.const 0x160) "monitor")
  (func $MONITOR (result i32 i32) (i32.const 0x160) (i32.const 7))
  (data (i32.const 0x170) "patience")
  (func $PATIENCE (result i32 i32) (i32.const 0x170) (i32.const 8))
  (data (i32.const 0x180) "min-delta")
  (func $MIN_DELTA (result i32 i32) (i32.const 0x180) (i32.const 9))
  (data (i32.const 0x190) "mode")
  (func $MODE (result i32 i32) (i32.const 0x190) (i32.const 4))
  (data (i32.const 0x270) "valid-loss")
  (func $VALID_LOSS (result i32 i32) (i32.const 0x270) (i32.const 10))
  (data (i32.const 0x340) "auto")
  (func $AUTO (result i32 i32) (i32.const 0x340) (i32.const 4))
  (data (i32.const 0x350) "min")
  (func $MIN (result i32 i32) (i32.const 0x350) (i32.const 3))
  (data (i32.const 0x360) "max")
  (func $MAX (result i32 i32) (i32.const 0x360) (i32.const 3))

  (func (export "callbox:plugin/callback@0.1.0#describe") (result i32)
    (global.get $DESCRIPTOR))

  ;; === What it does in a run: a `result<plan, string>` of 64 bytes ===

  (global $PLAN i32 (i32.const 0x800))
  (data (i32.const 0x800)
    (i32 0)         ;; +0   ok
    (i32 0x840 2)   ;; +4   subscriptions
    (i8 0 0 0 0)    ;; +12  transforms: no input, output, loss, nothing in validation
    (i32 0x858 1)   ;; +16  monitors
    (i32 0 0)       ;; +24  reports
    (i32 0x638 1)   ;; +32  powers: those needed
    (i32 0 0)       ;; +40  owns
    (i32 0 0)       ;; +48  run-before
    (i32 0 0))      ;; +56  run-after
  ;; A `subscription` has 12 bytes: +0 hook, +1 phase (an option of two bytes), +4 every, +8 reads.
  (data (i32.const 0x840)
    (i8 9 0 0 0) (i32 1) (i8 0 0 0 0)    ;; valid-end
    (i8 10 0 0 0) (i32 1) (i8 4 0 0 0))  ;; epoch-end, reads the monitored
  (global $MONITORS i32 (i32.const 0x858)) ;; the one name in `monitors`: `start` writes it

  (global $VALID_END i32 (i32.const 9))
  (global $EPOCH_END i32 (i32.const 10))

  ;; Its one parameter is the address of both of the contract's, which are too long for the stack:
  ;; +0 run, +176 settings. Of the `run` it reads +72 valid-batches and +120 metrics.
  (func (export "callbox:plugin/callback@0.1.0#start") (param $run i32) (result i32)
    (call $set_defaults)
    (if (i32.eqz (call $read_settings (i32.load offset=176 (local.get $run))
                                      (i32.load offset=180 (local.get $run))))
      (then (return (call $fail (call $sentence)))))
    (global.set $needs_validation
      (i32.eqz
        (call $equals (global.get $monitor) (global.get $monitor_length) (call $TRAIN_LOSS))))
    (if (i32.and (global.get $needs_validation) (i32.eqz (i32.load8_u offset=72 (local.get $run))))
      (then
        (call $begin)
        (call $append (call $TICK))
        (call $append (global.get $monitor) (global.get $monitor_length))
        (call $append (call $NEEDS_A_VALIDATION))
        (return (call $fail (call $sentence)))))
    (global.set $lower_is_better
      (call $finds_lower_better (i32.load offset=120 (local.get $run))
                                (i32.load offset=124 (local.get $run))))
    (call $keep_monitor)
    (i32.store (global.get $MONITORS) (global.get $monitor))
    (i32.store offset=4 (global.get $MONITORS) (global.get $monitor_length))
    (global.set $started (i32.const 1))
    (global.get $PLAN))

  (data (i32.const 0x370) "train-loss")
  (func $TRAIN_LOSS (result i32 i32) (i32.const 0x370) (i32.const 10))
  (data (i32.const 0x380) "`")
  (func $TICK (result i32 i32) (i32.const 0x380) (i32.const 1))
  (data (i32.const 0x390) "` needs a validation, and this run has none: monitor train-loss")
  (func $NEEDS_A_VALIDATION (result i32 i32) (i32.const 0x390) (i32.const 63))

  (func $finds_lower_better (param $metrics i32) (param $count i32) (result i32)
    (local $said i32)
    (if (call $equals (global.get $mode) (global.get $mode_length) (call $MIN))
      (then (return (i32.const 1))))
    (if (call $equals (global.get $mode) (global.get $mode_length) (call $MAX))
      (then (return (i32.const 0))))
    (local.set $said (call $lower_by_the_run (local.get $metrics) (local.get $count)))
    (if (i32.ge_s (local.get $said) (i32.const 0))
      (then (return (local.get $said))))
    (call $guess_lower))

  ;; 1 or 0 as the run says of the monitored metric, -1 where it does not.
  ;; A `metric-spec` has 12 bytes: +0 name, +8 higher-is-better (an option of two bytes).
  (func $lower_by_the_run (param $metric i32) (param $count i32) (result i32)
    (block $unknown
      (loop $next
        (br_if $unknown (i32.eqz (local.get $count)))
        (if (call $equals (call $text_at (local.get $metric))
                          (global.get $monitor) (global.get $monitor_length))
          (then
            (br_if $unknown (i32.eqz (i32.load8_u offset=8 (local.get $metric))))
            (return (i32.eqz (i32.load8_u offset=9 (local.get $metric))))))
        (local.set $metric (i32.add (local.get $metric) (i32.const 12)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next)))
    (i32.const -1))

  (global $WARN i32 (i32.const 2))

  (func $guess_lower (result i32)
    (local $lower i32)
    (local.set $lower
      (i32.or
        (call $contains (global.get $monitor) (global.get $monitor_length) (call $LOSS))
        (call $contains (global.get $monitor) (global.get $monitor_length) (call $ERROR))))
    (call $begin)
    (call $append (call $TICK))
    (call $append (global.get $monitor) (global.get $monitor_length))
    (call $append (call $DOES_NOT_SAY))
    (if (local.get $lower)
      (then (call $append (call $LOWER)))
      (else (call $append (call $HIGHER))))
    (call $append (call $SET_MODE))
    (call $log (global.get $WARN) (call $sentence))
    (local.get $lower))

  (data (i32.const 0x3d0) "loss")
  (func $LOSS (result i32 i32) (i32.const 0x3d0) (i32.const 4))
  (data (i32.const 0x3e0) "error")
  (func $ERROR (result i32 i32) (i32.const 0x3e0) (i32.const 5))
  (data (i32.const 0x3f0) "` does not say which is better: taking ")
  (func $DOES_NOT_SAY (result i32 i32) (i32.const 0x3f0) (i32.const 39))
  (data (i32.const 0x420) "lower")
  (func $LOWER (result i32 i32) (i32.const 0x420) (i32.const 5))
  (data (i32.const 0x430) "higher")
  (func $HIGHER (result i32 i32) (i32.const 0x430) (i32.const 6))
  (data (i32.const 0x440) "; set mode")
  (func $SET_MODE (result i32 i32) (i32.const 0x440) (i32.const 10))

  ;; === Settings ===

  (func $set_defaults
    ;; Of an address and a length, the length lies on top.
    (call $VALID_LOSS)
    (global.set $monitor_length)
    (global.set $monitor)
    (global.set $patience (i32.const 0))
    (global.set $min_delta (f64.const 0))
    (call $AUTO)
    (global.set $mode_length)
    (global.set $mode))

  ;; Whether all could be read; else the sentence says why not. A `setting` has 24 bytes:
  ;; +0 name, +8 the value's case, +16 its payload.
  (func $read_settings (param $setting i32) (param $count i32) (result i32)
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (if (i32.eqz (call $read_setting (local.get $setting)))
          (then (return (i32.const 0))))
        (local.set $setting (i32.add (local.get $setting) (i32.const 24)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next)))
    (i32.const 1))

  ;; What is not of its type is read too: it refuses the plugin.
  (func $read_setting (param $setting i32) (result i32)
    (if (call $equals (call $text_at (local.get $setting)) (call $MONITOR))
      (then
        (global.set $monitor (i32.load offset=16 (local.get $setting)))
        (global.set $monitor_length (i32.load offset=20 (local.get $setting)))
        (return (call $expect (global.get $TEXT) (local.get $setting)))))
    (if (call $equals (call $text_at (local.get $setting)) (call $PATIENCE))
      (then
        (global.set $patience (i32.load offset=16 (local.get $setting)))
        (return (call $expect_count (local.get $setting)))))
    (if (call $equals (call $text_at (local.get $setting)) (call $MIN_DELTA))
      (then
        (global.set $min_delta (f64.load offset=16 (local.get $setting)))
        (return (call $expect (global.get $NUMBER) (local.get $setting)))))
    (if (call $equals (call $text_at (local.get $setting)) (call $MODE))
      (then
        (global.set $mode (i32.load offset=16 (local.get $setting)))
        (global.set $mode_length (i32.load offset=20 (local.get $setting)))
        (return (call $expect (global.get $TEXT) (local.get $setting)))))
    (call $begin)
    (call $append (call $NO_PARAMETER))
    (call $append (call $text_at (local.get $setting)))
    (call $append (call $TICK))
    (i32.const 0))

  (func $expect (param $case i32) (param $setting i32) (result i32)
    (if (i32.eq (local.get $case) (i32.load8_u offset=8 (local.get $setting)))
      (then (return (i32.const 1))))
    (call $refuse (local.get $setting)))

  ;; An integer that fits into 32 bits without a sign.
  (func $expect_count (param $setting i32) (result i32)
    (if (i64.gt_u (i64.load offset=16 (local.get $setting)) (i64.const 0xffffffff))
      (then (return (call $refuse (local.get $setting)))))
    (call $expect (global.get $INTEGER) (local.get $setting)))

  (func $refuse (param $setting i32) (result i32)
    (call $begin)
    (call $append (call $PARAMETER))
    (call $append (call $text_at (local.get $setting)))
    (call $append (call $CANNOT_BE))
    (call $append
      (call $text_at
        (i32.add
          (global.get $CASES)
          (i32.mul (i32.load8_u offset=8 (local.get $setting)) (i32.const 8)))))
    (i32.const 0))

  (data (i32.const 0x450) "there is no parameter `")
  (func $NO_PARAMETER (result i32 i32) (i32.const 0x450) (i32.const 23))
  (data (i32.const 0x470) "parameter `")
  (func $PARAMETER (result i32 i32) (i32.const 0x470) (i32.const 11))
  (data (i32.const 0x480) "` cannot be ")
  (func $CANNOT_BE (result i32 i32) (i32.const 0x480) (i32.const 12))

  ;; The cases of `value`, in the contract's order.
  (global $INTEGER i32 (i32.const 1))
  (global $NUMBER i32 (i32.const 2))
  (global $TEXT i32 (i32.const 3))
  (global $CASES i32 (i32.const 0x780))
  (data (i32.const 0x780)
    (i32 0x490 6)   ;; flag
    (i32 0x4a0 12)  ;; integer
    (i32 0x4b0 8)   ;; number
    (i32 0x4c0 6)   ;; text
    (i32 0x4d0 17)  ;; numbers
    (i32 0x4f0 15)) ;; texts
  (data (i32.const 0x490) "a flag")
  (data (i32.const 0x4a0) "this integer")
  (data (i32.const 0x4b0) "a number")
  (data (i32.const 0x4c0) "a text")
  (data (i32.const 0x4d0) "a list of numbers")
  (data (i32.const 0x4f0) "a list of texts")

  ;; === Events ===

  ;; The record `state` comes as its fields, a list as address and length, an option as whether it
  ;; is there and what it holds: sixteen values with the hook, the most that come on the stack.
  (func (export "callbox:plugin/callback@0.1.0#on-event")
    (param $hook i32)
    (param $epoch i32) (param $num_batch i32) (param $iteration i64) (param $samples i64)
    (param $phase i32) (param $batch_size i32)
    (param $has_losses i32) (param $raw f64) (param $last f64) (param $smooth f64)
    (param $partial i32)
    (param $hypers i32) (param $hypers_length i32)
    (param $monitored i32) (param $monitored_length i32)
    (result i32)
    (if (i32.eqz (global.get $started))
      (then (return (call $fail (call $NOT_STARTED)))))
    (if (i32.eq (local.get $hook) (global.get $VALID_END))
      (then (return (call $on_valid_end (local.get $partial)))))
    (if (i32.eq (local.get $hook) (global.get $EPOCH_END))
      (then
        (return
          (call $on_epoch_end (local.get $epoch) (local.get $partial)
                              (local.get $monitored) (local.get $monitored_length)))))
    (call $nothing))

  (func $on_valid_end (param $partial i32) (result i32)
    (if (i32.eqz (local.get $partial))
      (then (global.set $validated (i32.const 1))))
    (call $nothing))

  (func $on_epoch_end
    (param $epoch i32) (param $partial i32) (param $monitored i32) (param $count i32)
    (result i32)
    (local $is_whole i32)
    (local.set $is_whole (i32.and (global.get $validated) (i32.eqz (local.get $partial))))
    (global.set $validated (i32.const 0))
    (if (i32.and (global.get $needs_validation) (i32.eqz (local.get $is_whole)))
      (then (return (call $nothing))))
    (if (i32.eqz (local.get $count))
      (then (return (call $fail (call $NOT_FILLED_IN)))))
    (if (call $improves (f64.load (local.get $monitored)))
      (then
        (global.set $has_best (i32.const 1))
        (global.set $best (f64.load (local.get $monitored)))
        (global.set $best_epoch (i32.add (local.get $epoch) (i32.const 1)))
        (global.set $bad_epochs (i32.const 0))
        (return (call $nothing))))
    (global.set $bad_epochs (i32.add (global.get $bad_epochs) (i32.const 1)))
    (if (i32.le_u (global.get $bad_epochs) (global.get $patience))
      (then (return (call $nothing))))
    (call $stop))

  (func $improves (param $value f64) (result i32)
    (if (i32.eqz (global.get $has_best)) ;; then any is better that is not NaN
      (then (return (f64.eq (local.get $value) (local.get $value)))))
    (if (global.get $lower_is_better)
      (then
        (return (f64.lt (f64.add (local.get $value) (global.get $min_delta)) (global.get $best)))))
    (f64.gt (f64.sub (local.get $value) (global.get $min_delta)) (global.get $best)))

  ;; A `signal` has 40 bytes: +0 its case, 0 is stop-training, +8 its payload.
  (global $SIGNAL i32 (i32.const 0x910))

  ;; Whole numbers only, which every language writes alike; the table has the metric's values.
  (func $stop (result i32)
    (call $begin)
    (call $append (global.get $monitor) (global.get $monitor_length))
    (if (global.get $has_best)
      (then
        (call $append (call $HAS_NOT_IMPROVED))
        (call $append_count (global.get $best_epoch)))
      (else (call $append (call $HAS_BEEN_NAN))))
    (call $put_text (i32.add (global.get $SIGNAL) (i32.const 8)) (call $sentence))
    (call $answer (global.get $SIGNAL) (i32.const 1)))

  (data (i32.const 0x500) " has not improved since epoch ")
  (func $HAS_NOT_IMPROVED (result i32 i32) (i32.const 0x500) (i32.const 30))
  (data (i32.const 0x520) " has been NaN in every epoch")
  (func $HAS_BEEN_NAN (result i32 i32) (i32.const 0x520) (i32.const 28))
  (data (i32.const 0x540) "the monitored metric was not filled in")
  (func $NOT_FILLED_IN (result i32 i32) (i32.const 0x540) (i32.const 38))
  (data (i32.const 0x570) "called before `start`, or after it failed")
  (func $NOT_STARTED (result i32 i32) (i32.const 0x570) (i32.const 41))

  ;; State and outcome lie in memory, together more than sixteen values; nothing is read of them.
  (func (export "callbox:plugin/callback@0.1.0#finish") (param $state_and_outcome i32) (result i32)
    (if (i32.eqz (global.get $started))
      (then (return (call $fail (call $NOT_STARTED)))))
    (call $nothing))

  ;; === Saved ===
  ;;
  ;; Without a best value, 6 bytes: +0 has-best (0), +1 bad-epochs, +5 validated.
  ;; With one, 18: +0 has-best (1), +1 best, +9 best-epoch, +13 bad-epochs, +17 validated.

  (global $SAVED i32 (i32.const 0x940))

  (func (export "callbox:plugin/callback@0.1.0#save") (result i32)
    (local $end i32)
    (if (i32.eqz (global.get $started))
      (then (return (call $fail (call $NOT_STARTED)))))
    (i32.store8 (global.get $SAVED) (global.get $has_best))
    (local.set $end (i32.add (global.get $SAVED) (i32.const 1)))
    (if (global.get $has_best)
      (then
        (f64.store align=1 (local.get $end) (global.get $best))
        (i32.store offset=8 align=1 (local.get $end) (global.get $best_epoch))
        (local.set $end (i32.add (local.get $end) (i32.const 12)))))
    (i32.store align=1 (local.get $end) (global.get $bad_epochs))
    (i32.store8 offset=4 (local.get $end) (global.get $validated))
    (local.set $end (i32.add (local.get $end) (i32.const 5)))
    (call $answer (global.get $SAVED) (i32.sub (local.get $end) (global.get $SAVED))))

  (func (export "callbox:plugin/callback@0.1.0#load")
    (param $bytes i32) (param $length i32) (result i32)
    (if (i32.eqz (global.get $started))
      (then (return (call $fail (call $NOT_STARTED)))))
    (if (i32.eqz (call $is_saved (local.get $bytes) (local.get $length)))
      (then
        (call $begin)
        (call $append (call $THESE))
        (call $append_count (local.get $length))
        (call $append (call $NOT_SAVED))
        (return (call $fail (call $sentence)))))
    (global.set $has_best (i32.load8_u (local.get $bytes)))
    (if (global.get $has_best)
      (then
        (global.set $best (f64.load offset=1 align=1 (local.get $bytes)))
        (global.set $best_epoch (i32.load offset=9 align=1 (local.get $bytes)))
        (local.set $bytes (i32.add (local.get $bytes) (i32.const 12)))))
    (global.set $bad_epochs (i32.load offset=1 align=1 (local.get $bytes)))
    (global.set $validated (i32.load8_u offset=5 (local.get $bytes)))
    (call $nothing))

  ;; Whether `save` could have written them: as long as their first byte says, the last one a flag.
  (func $is_saved (param $bytes i32) (param $length i32) (result i32)
    (if (i32.eqz (local.get $length))
      (then (return (i32.const 0))))
    (if (i32.gt_u (i32.load8_u (local.get $bytes)) (i32.const 1))
      (then (return (i32.const 0))))
    (if (i32.ne (local.get $length)
                (select (i32.const 18) (i32.const 6) (i32.load8_u (local.get $bytes))))
      (then (return (i32.const 0))))
    (i32.le_u
      (i32.load8_u (i32.sub (i32.add (local.get $bytes) (local.get $length)) (i32.const 1)))
      (i32.const 1)))

  (data (i32.const 0x5a0) "these ")
  (func $THESE (result i32 i32) (i32.const 0x5a0) (i32.const 6))
  (data (i32.const 0x5b0) " saved bytes are not what this plugin writes")
  (func $NOT_SAVED (result i32 i32) (i32.const 0x5b0) (i32.const 44))

  ;; === Answers: a result with a list or with a text has 12 bytes ===
  ;;
  ;;   +0  0: ok, 1: error   +4  address   +8  length

  (global $ANSWER i32 (i32.const 0x900))

  (func $answer (param $list i32) (param $length i32) (result i32)
    (i32.store8 (global.get $ANSWER) (i32.const 0))
    (call $put_text (i32.add (global.get $ANSWER) (i32.const 4))
                    (local.get $list) (local.get $length))
    (global.get $ANSWER))

  (func $nothing (result i32)
    (call $answer (i32.const 0) (i32.const 0)))

  (func $fail (param $why i32) (param $length i32) (result i32)
    (drop (call $answer (local.get $why) (local.get $length)))
    (i32.store8 (global.get $ANSWER) (i32.const 1))
    (global.get $ANSWER))

  ;; === Texts ===

  ;; A text is two values on the stack, and in memory eight bytes: +0 address, +4 length.
  (func $text_at (param $at i32) (result i32 i32)
    (i32.load (local.get $at))
    (i32.load offset=4 (local.get $at)))

  (func $put_text (param $at i32) (param $text i32) (param $length i32)
    (i32.store (local.get $at) (local.get $text))
    (i32.store offset=4 (local.get $at) (local.get $length)))

  (func $equals
    (param $a i32) (param $a_length i32) (param $b i32) (param $b_length i32)
    (result i32)
    (local $i i32)
    (if (i32.ne (local.get $a_length) (local.get $b_length))
      (then (return (i32.const 0))))
    (block $differ
      (loop $next
        (if (i32.eq (local.get $i) (local.get $a_length))
          (then (return (i32.const 1))))
        (br_if $differ
          (i32.ne (i32.load8_u (i32.add (local.get $a) (local.get $i)))
                  (i32.load8_u (i32.add (local.get $b) (local.get $i)))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
    (i32.const 0))

  (func $contains
    (param $text i32) (param $length i32) (param $word i32) (param $word_length i32)
    (result i32)
    (block $nowhere
      (loop $next
        (br_if $nowhere (i32.lt_u (local.get $length) (local.get $word_length)))
        (if (call $equals (local.get $text) (local.get $word_length)
                          (local.get $word) (local.get $word_length))
          (then (return (i32.const 1))))
        (local.set $text (i32.add (local.get $text) (i32.const 1)))
        (local.set $length (i32.sub (local.get $length) (i32.const 1)))
        (br $next)))
    (i32.const 0))

  ;; The sentence that is being written grows at the top of the heap, where in between nothing else
  ;; may be taken.
  (global $sentence (mut i32) (i32.const 0))

  (func $begin
    (global.set $sentence (global.get $top)))

  (func $append (param $text i32) (param $length i32)
    (memory.copy (call $take (i32.const 1) (local.get $length))
                 (local.get $text) (local.get $length)))

  (func $append_count (param $count i32)
    (if (i32.ge_u (local.get $count) (i32.const 10))
      (then (call $append_count (i32.div_u (local.get $count) (i32.const 10)))))
    (i32.store8 (call $take (i32.const 1) (i32.const 1))
                (i32.add (i32.const 0x30) (i32.rem_u (local.get $count) (i32.const 10)))))

  (func $sentence (result i32 i32)
    (global.get $sentence)
    (i32.sub (global.get $top) (global.get $sentence)))

  ;; === The heap ===
  ;;
  ;; What one call needs is taken from the top, and all of it given back when the host has read the
  ;; answer. Below the floor lies what is kept: the monitored metric's name.

  (global $HEAP i32 (i32.const 0x1000))
  (global $floor (mut i32) (i32.const 0x1000))
  (global $top (mut i32) (i32.const 0x1000))

  (func $take (param $align i32) (param $size i32) (result i32)
    (local $block i32)
    (local.set $block ;; up to the next multiple of a power of two
      (i32.and
        (i32.add (global.get $top) (i32.sub (local.get $align) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get $align))))
    (global.set $top (i32.add (local.get $block) (local.get $size)))
    (call $grow)
    (local.get $block))

  ;; Memory up to the top, in pages of 64 KiB.
  (func $grow
    (local $missing i32)
    (local.set $missing
      (i32.sub
        (i32.shr_u (i32.add (global.get $top) (i32.const 0xffff)) (i32.const 16))
        (memory.size)))
    (if (i32.le_s (local.get $missing) (i32.const 0))
      (then (return)))
    (if (i32.eq (memory.grow (local.get $missing)) (i32.const -1))
      (then (unreachable))))

  ;; The host's way to memory: it puts arguments there.
  (func (export "cabi_realloc")
    (param $old i32) (param $old_size i32) (param $align i32) (param $size i32)
    (result i32)
    (local $block i32)
    (local.set $block (call $take (local.get $align) (local.get $size)))
    (memory.copy
      (local.get $block)
      (local.get $old)
      (select (local.get $old_size) (local.get $size)
              (i32.lt_u (local.get $old_size) (local.get $size))))
    (local.get $block))

  ;; The host has read the answer.
  (func
    (export "cabi_post_callbox:plugin/callback@0.1.0#describe")
    (export "cabi_post_callbox:plugin/callback@0.1.0#start")
    (export "cabi_post_callbox:plugin/callback@0.1.0#on-event")
    (export "cabi_post_callbox:plugin/callback@0.1.0#finish")
    (export "cabi_post_callbox:plugin/callback@0.1.0#save")
    (export "cabi_post_callbox:plugin/callback@0.1.0#load")
    (param $answer i32)
    (global.set $top (global.get $floor)))

  ;; Moves the metric's name to where it outlives the call. That is over the arguments of `start`,
  ;; which are read before.
  (func $keep_monitor
    (memory.copy (global.get $HEAP) (global.get $monitor) (global.get $monitor_length))
    (global.set $monitor (global.get $HEAP))
    (global.set $floor (i32.add (global.get $HEAP) (global.get $monitor_length)))))
