//! The raw bindings, generated from the contract. Authors use what the other modules make of them.
#![allow(unsafe_code, reason = "generated code crosses the component boundary with raw pointers")]
#![allow(missing_docs, unreachable_pub, reason = "generated")]

wit_bindgen::generate!({
    path: "../../../wit",
    world: "callback-plugin",
    pub_export_macro: true,
    export_macro_name: "export",
    default_bindings_module: "callbox_sdk::bindings",
    additional_derives: [PartialEq],
});
