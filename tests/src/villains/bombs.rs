//! Small files that make large ones of themselves: in a validator, a compiler or a sandbox.

use wasm_encoder::{
    ComponentExportKind, ComponentInstanceSection, ComponentSection, InstanceSection, ModuleArg,
    RawSection,
};
use wasmparser::{Parser, Payload};

use super::{Wat, component};

/// An export that makes a component look like a plugin, so that it is compiled.
const DISGUISE: &str = r#"(instance $plugin)
    (export "callbox:plugin/callback@0.1.0" (instance $plugin))"#;

/// A component of these fields that looks like a plugin.
pub(super) fn disguised(fields: &str) -> Vec<u8> {
    wat::parse_str(format!("(component {fields} {DISGUISE})")).unwrap()
}

/// So many times the same, with its number.
fn times(count: usize, text: impl Fn(usize) -> String) -> String {
    (0..count).map(text).collect()
}

/// Types of which each holds the one before twice; `of` says how.
pub(super) fn doubling(levels: usize, of: impl Fn(usize) -> String) -> Vec<u8> {
    disguised(&format!(
        "(type $t0 u64) {}",
        times(levels, |n| format!("(type $t{} {})", n + 1, of(n)))
    ))
}

/// Components inside components.
pub(super) fn nested(depth: usize) -> Vec<u8> {
    const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";
    let mut inner = EMPTY.to_vec();
    for _ in 0..depth {
        let mut outer = EMPTY.to_vec();
        RawSection { id: 4, data: &inner }.append_to_component(&mut outer);
        inner = outer;
    }
    let mut file = disguised("");
    RawSection { id: 4, data: &inner }.append_to_component(&mut file);
    file
}

/// So many core modules, each instantiated.
pub(super) fn modules(count: usize) -> Vec<u8> {
    disguised(&times(count, |n| {
        format!("(core module $m{n} (func)) (core instance (instantiate $m{n}))")
    }))
}

/// Components of which each instantiates the one before twice.
pub(super) fn instances_of_instances(levels: usize) -> Vec<u8> {
    let core = "(core module $m (memory 1)) (core instance (instantiate $m))";
    let mut inner = format!("(component $c {core})");
    for _ in 0..levels {
        inner = format!(
            "(component $c {inner} (instance (instantiate $c)) (instance (instantiate $c)))"
        );
    }
    disguised(&format!("{inner} (instance (instantiate $c))"))
}

/// A real plugin, and how many sections of this kind it has at the top.
fn plugin(counts: fn(&Payload<'_>) -> bool) -> (Vec<u8>, u32) {
    let file = component(&Wat::default().module());
    let (mut depth, mut count) = (0, 0);
    for payload in Parser::new(0).parse_all(&file) {
        let payload = payload.unwrap();
        count += u32::from(depth == 0 && counts(&payload));
        match payload {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            _ => {}
        }
    }
    (file, count)
}

/// A real plugin that has so many instances of one more module.
pub(super) fn plugin_with_instances(count: usize, module: &str) -> Vec<u8> {
    let (mut file, modules) = plugin(|part| matches!(part, Payload::ModuleSection { .. }));
    let module = wat::parse_str(module).unwrap();
    let mut instances = InstanceSection::new();
    for _ in 0..count {
        instances.instantiate(modules, Vec::<(&str, ModuleArg)>::new());
    }
    RawSection { id: 1, data: &module }.append_to_component(&mut file);
    instances.append_to_component(&mut file);
    file
}

/// A real plugin that has one more component inside, instantiated.
pub(super) fn plugin_with_component(inner: &str) -> Vec<u8> {
    let (mut file, components) = plugin(|part| matches!(part, Payload::ComponentSection { .. }));
    let inner = wat::parse_str(inner).unwrap();
    let mut instances = ComponentInstanceSection::new();
    let none: [(&str, ComponentExportKind, u32); 0] = [];
    instances.instantiate(components, none);
    RawSection { id: 4, data: &inner }.append_to_component(&mut file);
    instances.append_to_component(&mut file);
    file
}

/// One function of so many additions.
pub(super) fn giant_function(additions: usize) -> Wat {
    let body = "(local.set $n (i32.add (local.get $n) (i32.const 7)))".repeat(additions);
    Wat::fields(format!("(func $event (result i32) (local $n i32) {body} (i32.const 4096))"))
}

/// Blocks inside blocks.
pub(super) fn deep_blocks(depth: usize) -> Wat {
    let body = format!("{} {}", "block ".repeat(depth), "end ".repeat(depth));
    Wat::fields(format!("(func $event (result i32) {body} (i32.const 4096))"))
}

/// So many functions with so many locals each.
pub(super) fn many_locals(functions: usize, locals: usize) -> Wat {
    let local = format!("(local {})", "i64 ".repeat(locals));
    Wat::fields(times(functions, |n| format!("(func $f{n} {local})")))
}

/// A jump with so many places to go to.
pub(super) fn wide_jump(places: usize) -> Wat {
    let body = format!("(block $out (br_table {}", "$out ".repeat(places));
    Wat::fields(format!("(func $event (result i32) {body} (i32.const 7))) (i32.const 4096))"))
}
