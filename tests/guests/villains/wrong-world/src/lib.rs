//! A valid component that is no plugin: it exports a greeting.
//!
//! The host must say that the file has no `callback` and which world it should have been built for.

/// A world of its own; the bindings are not for people.
#[allow(unsafe_code, missing_docs, unreachable_pub, reason = "generated")]
mod bindings {
    wit_bindgen::generate!({
        inline: r"
            package callbox-tests:greeter@1.0.0;
            interface greeting { hello: func() -> string; }
            world wrong-world { export greeting; }
        ",
    });

    #[cfg(target_arch = "wasm32")]
    use super::WrongWorld;
    #[cfg(target_arch = "wasm32")]
    export!(WrongWorld);
}

/// Knows nothing of training.
pub struct WrongWorld;

impl bindings::exports::callbox_tests::greeter::greeting::Guest for WrongWorld {
    fn hello() -> String {
        "hello".to_owned()
    }
}
