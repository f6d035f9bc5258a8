//! Plugins with two more components inside, of which one passes the other what it should not: the
//! engine's adapters between them trap in ways of their own.

use super::Villain;
use super::bombs::plugin_with_component;

/// Passes `arguments` as a value of a type, when it is instantiated.
fn passes(kind: &str, params: &str, arguments: &str) -> Vec<u8> {
    plugin_with_component(&format!(
        r#"(component
  (component $callee
    (core module $m
      (memory (export "memory") 1)
      (func (export "take") (param {params}))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0)))
    (core instance $i (instantiate $m))
    (func (export "take") (param "it" {kind})
      (canon lift (core func $i "take") (memory $i "memory") (realloc (func $i "realloc")))))
  (instance $callee (instantiate $callee))
  (component $caller
    (import "take" (func $take (param "it" {kind})))
    (core module $memory (memory (export "memory") 1))
    (core instance $memory (instantiate $memory))
    (core func $lowered (canon lower (func $take) (memory $memory "memory")))
    (core module $m
      (import "other" "take" (func $take (param {params})))
      (func $first (call $take {arguments}))
      (start $first))
    (core instance (instantiate $m (with "other" (instance (export "take" (func $lowered)))))))
  (instance (instantiate $caller (with "take" (func $callee "take")))))"#
    ))
}

/// A component inside calls the one around it.
const CIRCLE: &str = r#"(component
  (core module $m (func (export "turn")))
  (core instance $m (instantiate $m))
  (func $turn (canon lift (core func $m "turn")))
  (component $inner
    (import "turn" (func $turn))
    (core func $lowered (canon lower (func $turn)))
    (core module $m
      (import "outer" "turn" (func $turn))
      (func $first (call $turn))
      (start $first))
    (core instance (instantiate $m (with "outer" (instance (export "turn" (func $lowered)))))))
  (instance (instantiate $inner (with "turn" (func $turn)))))"#;

pub(super) fn all() -> Vec<Villain> {
    let two = |first: &str, second: &str| format!("(i32.const {first}) (i32.const {second})");
    let made = |name: &str, kind: &str, arguments: &str, says: &str| {
        let params = if kind == "char" { "i32" } else { "i32 i32" };
        Villain::bytes(name, passes(kind, params, arguments)).left_out(says)
    };
    vec![
        made("passes-text-beyond", "string", &two("-8", "100"), "string content out-of-bounds"),
        made("passes-list-beyond", "(list u64)", &two("-8", "100"), "list content out-of-bounds"),
        made("passes-list-at-odd-address", "(list u64)", &two("1", "1"), "unaligned pointer"),
        made("passes-neither", "(option u8)", &two("7", "0"), "invalid variant discriminant"),
        made("passes-no-letter", "char", "(i32.const 0xd800)", "invalid `char` bit pattern"),
        Villain::bytes("passes-a-circle", plugin_with_component(CIRCLE))
            .left_out("cannot enter component instance"),
    ]
}
