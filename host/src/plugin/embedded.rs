//! Which interfaces a core module says it has, in the custom section that wit-bindgen leaves in it.
//!
//! Only names are read, by hand. The decoder that wraps such a module later was made for what one has built
//! oneself: packages that need each other in a circle use up its stack, which ends the process.

use wasmparser::{ComponentType, ComponentTypeDeclaration, Parser, Payload};

use super::{Refusal, nesting};

/// Full names of a world's imports and exports, each once.
#[derive(Debug, Default)]
pub(super) struct Interfaces {
    pub(super) imports: Vec<String>,
    pub(super) exports: Vec<String>,
}

/// Those of all its sections together; `None`: it has none.
pub(super) fn interfaces(module: &[u8]) -> Result<Option<Interfaces>, Refusal> {
    let mut found = None;
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::CustomSection(section) = payload.map_err(invalid)?
            && section.name().starts_with("component-type")
        {
            read(section.data(), found.get_or_insert_default())?;
        }
    }
    Ok(found)
}

/// The section holds a component with one type: a package, and in it a world.
fn read(component: &[u8], found: &mut Interfaces) -> Result<(), Refusal> {
    if !Parser::is_component(component) {
        let text =
            "its interfaces are written as wit-bindgen did before 0.9; build it with a newer one";
        return Err(Refusal::Invalid(text.into()));
    }
    nesting::check(component)?;
    for payload in Parser::new(0).parse_all(component) {
        let Payload::ComponentTypeSection(types) = payload.map_err(invalid)? else { continue };
        for package in types {
            if let ComponentType::Component(package) = package.map_err(invalid)? {
                package.iter().for_each(|item| found.take(item));
            }
        }
    }
    Ok(())
}

impl Interfaces {
    fn take(&mut self, item: &ComponentTypeDeclaration<'_>) {
        let ComponentTypeDeclaration::Type(ComponentType::Component(world)) = item else { return };
        for item in world {
            match item {
                ComponentTypeDeclaration::Import(import) => {
                    add(&mut self.imports, import.name.name)
                }
                ComponentTypeDeclaration::Export { name, .. } => add(&mut self.exports, name.name),
                _ => {}
            }
        }
    }
}

fn add(names: &mut Vec<String>, name: &str) {
    if names.iter().all(|known| known != name) {
        names.push(name.to_owned());
    }
}

fn invalid(error: wasmparser::BinaryReaderError) -> Refusal {
    Refusal::Invalid(format!("its section of interfaces: {error}"))
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::fixture::Guest;
    use super::super::{Limits, parse};
    use super::*;

    /// `callbox:tensors` uses a type of `callbox:plugin`, which uses one of `callbox:tensors`: neither package
    /// could be first.
    const CIRCLE: &str = r#"(component (type (component (type (component
        (type (instance (type u8) (export "t" (type (eq 0)))))
        (import "callbox:plugin/types@0.1.0" (instance (type 0)))
        (alias export 0 "t" (type))
        (type (instance (alias outer 1 1 (type)) (export "t" (type (eq 0)))))
        (import "callbox:tensors/tensors@0.1.0" (instance (type 2)))
        (alias export 1 "t" (type))
        (type (instance (alias outer 1 3 (type)) (export "t" (type (eq 0)))))
        (import "callbox:plugin/batch@0.1.0" (instance (type 4)))
        (type (instance))
        (export "callbox:plugin/callback@0.1.0" (instance (type 5)))
        )) (export "a:a/w" (component (type 0))))) (export "w" (type 0)))"#;

    /// A module with nothing but such a section.
    pub(in super::super) fn circle() -> Vec<u8> {
        let section = wat::parse_str(CIRCLE).unwrap();
        let name = b"component-type:w";
        let length = section.len() + name.len() + 1;
        let mut bytes = b"\0asm\x01\0\0\0\0".to_vec();
        bytes.extend([(length & 0x7f) as u8 | 0x80, (length >> 7) as u8, name.len() as u8]);
        bytes.extend(name);
        bytes.extend(section);
        bytes
    }

    /// Nothing in its names is wrong, so it is refused only where it is wrapped.
    #[test]
    fn packages_in_a_circle_are_read() {
        let parsed = parse(&circle(), &Limits::default()).unwrap();
        assert_eq!(
            parsed.imports,
            ["callbox:plugin/types@0.1.0"],
            "what the module itself imports"
        );
        assert_eq!(parsed.exports, ["callbox:plugin/callback@0.1.0"]);
        let all = interfaces(&circle()).unwrap().unwrap().imports;
        assert_eq!(all.len(), 3, "{all:?}");
    }

    /// What is read by hand is what the decoder reads.
    #[test]
    fn the_decoder_finds_the_same() {
        let module = Guest::default().core_module();
        let (_, meta) = wit_component::metadata::decode(&module).unwrap();
        let world = &meta.resolve.worlds[meta.world];
        let names = |keys: Vec<_>| -> Vec<String> {
            keys.into_iter().map(|key| meta.resolve.name_world_key(key)).collect()
        };
        let found = interfaces(&module).unwrap().unwrap();
        assert_eq!(found.imports, names(world.imports.keys().collect()));
        assert_eq!(found.exports, names(world.exports.keys().collect()));
        assert!(interfaces(b"\0asm\x01\0\0\0").unwrap().is_none());
    }
}
