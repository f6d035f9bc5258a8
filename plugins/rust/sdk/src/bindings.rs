//! The raw bindings, generated from the contract. Authors use what the other modules make of them.
//!
//! Each optional part of the contract is a world of its own here, behind a cargo feature: the
//! exports of a bound world would be demanded of every plugin. All share the types of the first.
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

/// What a plugin may import: tensors, the batch, the model.
#[cfg(feature = "tensors")]
pub mod tensors {
    wit_bindgen::generate!({
        path: "../../../wit",
        world: "x-tensors",
        additional_derives: [PartialEq],
        with: {
            "callbox:plugin/types@0.1.0": crate::types,
            "callbox:tensors/tensors@0.1.0": generate,
            "callbox:tensors/tensors@0.1.0/failure": crate::types::Failure,
        },
    });
}

/// The export `transform`.
#[cfg(feature = "transform")]
pub mod transform {
    wit_bindgen::generate!({
        path: "../../../wit",
        world: "x-transform",
        pub_export_macro: true,
        export_macro_name: "export_transform",
        default_bindings_module: "callbox_sdk::bindings::transform",
        with: { "callbox:plugin/types@0.1.0": crate::types },
    });
}

/// The export `metric`.
#[cfg(feature = "metric")]
pub mod metric {
    wit_bindgen::generate!({
        path: "../../../wit",
        world: "x-metric",
        pub_export_macro: true,
        export_macro_name: "export_metric",
        default_bindings_module: "callbox_sdk::bindings::metric",
        with: { "callbox:plugin/types@0.1.0": crate::types },
    });
}
