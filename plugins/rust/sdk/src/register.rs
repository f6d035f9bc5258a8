//! Between the contract's exports and a [`Callback`]: one instance of it per component, for the
//! whole run.

use std::cell::RefCell;

use crate::callback::{Answer, Callback};
use crate::params::Parameters;
use crate::types::{Descriptor, Hook, Outcome, Plan, Run, Setting, State};

#[cfg(feature = "metric")]
pub mod metric;
#[cfg(feature = "transform")]
pub mod transform;

/// Where a component keeps its plugin between calls; empty until `start`.
pub type Place<P> = RefCell<Option<P>>;

/// Makes a type that implements [`Callback`] the plugin of this crate. The optional exports are
/// named after it, each behind the cargo feature of its name: `register!(MixUp, transform)`,
/// `register!(Confusion, metric)`, or both; they are answered by the same instance. Natively it only
/// checks the type.
#[macro_export]
macro_rules! register {
    ($plugin:ty $(, $export:ident)* $(,)?) => {
        #[cfg(not(target_arch = "wasm32"))]
        const _: fn() -> $crate::types::Descriptor = $crate::register::describe::<$plugin>;
        $($crate::__is!($export, $plugin);)*

        #[cfg(target_arch = "wasm32")]
        #[allow(unsafe_code, reason = "exports are functions with fixed names")]
        const _: () = {
            // Called once in an instance's life: the code that frees what these are given is larger
            // than what they are given.
            use ::std::mem::ManuallyDrop;
            use $crate::types::{Descriptor, Hook, Outcome, Plan, Run, Setting, Signal, State};

            thread_local! {
                static PLACE: $crate::register::Place<$plugin> = const {
                    ::std::cell::RefCell::new(None)
                };
            }

            struct Component;

            impl $crate::bindings::exports::callbox::plugin::callback::Guest for Component {
                fn describe() -> Descriptor {
                    $crate::register::describe::<$plugin>()
                }

                fn start(run: Run, settings: Vec<Setting>) -> Result<Plan, String> {
                    let (run, settings) = (ManuallyDrop::new(run), ManuallyDrop::new(settings));
                    PLACE.with(|place| $crate::register::start(place, &run, &settings))
                }

                fn on_event(hook: Hook, state: State) -> Result<Vec<Signal>, String> {
                    PLACE.with(|place| $crate::register::on_event(place, hook, &state))
                }

                fn finish(state: State, outcome: Outcome) -> Result<Vec<Signal>, String> {
                    let (state, outcome) = (ManuallyDrop::new(state), ManuallyDrop::new(outcome));
                    PLACE.with(|place| $crate::register::finish(place, &state, &outcome))
                }

                fn save() -> Result<Vec<u8>, String> {
                    PLACE.with(|place| $crate::register::save(place))
                }

                fn load(saved: Vec<u8>) -> Result<(), String> {
                    PLACE.with(|place| $crate::register::load(place, &saved))
                }
            }

            $crate::bindings::export!(Component with_types_in $crate::bindings);
            $($crate::__export!($export, $plugin);)*
        };
    };
}

/// Checks a type against the trait of an optional export.
#[doc(hidden)]
#[macro_export]
macro_rules! __is {
    (transform, $plugin:ty) => {
        $crate::__is_transform!($plugin);
    };
    (metric, $plugin:ty) => {
        $crate::__is_metric!($plugin);
    };
    ($other:ident, $plugin:ty) => {
        compile_error!("the optional exports are `transform` and `metric`");
    };
}

/// Inside `register!`, where `Component` and `PLACE` are.
#[doc(hidden)]
#[macro_export]
macro_rules! __export {
    (transform, $plugin:ty) => {
        $crate::__export_transform!($plugin, Component, PLACE);
    };
    (metric, $plugin:ty) => {
        $crate::__export_metric!($plugin, Component, PLACE);
    };
    ($other:ident, $plugin:ty) => {};
}

#[cfg(not(feature = "transform"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __is_transform {
    ($plugin:ty) => {
        compile_error!("enable callbox-sdk's feature `transform` in Cargo.toml");
    };
}

#[cfg(not(feature = "transform"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __export_transform {
    ($($any:tt)*) => {};
}

#[cfg(not(feature = "metric"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __is_metric {
    ($plugin:ty) => {
        compile_error!("enable callbox-sdk's feature `metric` in Cargo.toml");
    };
}

#[cfg(not(feature = "metric"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __export_metric {
    ($($any:tt)*) => {};
}

#[must_use]
pub fn describe<P: Callback>() -> Descriptor {
    report_panics();
    Descriptor { params: P::Params::declare(), ..P::about() }
}

pub fn start<P: Callback>(
    place: &Place<P>,
    run: &Run,
    settings: &[Setting],
) -> Result<Plan, String> {
    report_panics();
    let plugin = P::start(run, P::Params::read(settings)?)?;
    let plan = plugin.plan();
    // There was none before, so that nothing is lost, and no code for it is needed.
    std::mem::forget(place.replace(Some(plugin)));
    Ok(plan)
}

pub fn on_event<P: Callback>(place: &Place<P>, hook: Hook, state: &State) -> Answer {
    with(place, |plugin| match hook {
        Hook::TrainBegin => plugin.on_train_begin(state),
        Hook::EpochBegin => plugin.on_epoch_begin(state),
        Hook::BatchBegin => plugin.on_batch_begin(state),
        Hook::LossBegin => plugin.on_loss_begin(state),
        Hook::BackwardBegin => plugin.on_backward_begin(state),
        Hook::BackwardEnd => plugin.on_backward_end(state),
        Hook::StepEnd => plugin.on_step_end(state),
        Hook::BatchEnd => plugin.on_batch_end(state),
        Hook::ValidBegin => plugin.on_valid_begin(state),
        Hook::ValidEnd => plugin.on_valid_end(state),
        Hook::EpochEnd => plugin.on_epoch_end(state),
    })
}

pub fn finish<P: Callback>(place: &Place<P>, state: &State, outcome: &Outcome) -> Answer {
    with(place, |plugin| plugin.on_finish(state, outcome))
}

pub fn save<P: Callback>(place: &Place<P>) -> Result<Vec<u8>, String> {
    with(place, |plugin| plugin.save())
}

pub fn load<P: Callback>(place: &Place<P>, saved: &[u8]) -> Result<(), String> {
    with(place, |plugin| plugin.load(saved))
}

fn with<P, T>(
    place: &Place<P>,
    call: impl FnOnce(&mut P) -> Result<T, String>,
) -> Result<T, String> {
    match place.borrow_mut().as_mut() {
        Some(plugin) => call(plugin),
        None => Err("called before `start`, or after it failed".to_owned()),
    }
}

/// A panic ends in a trap without a word, so its message and place are logged before.
#[cfg(target_arch = "wasm32")]
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let message = panic.payload_as_str().unwrap_or("no message");
        match panic.location() {
            Some(place) => crate::log::error!("panicked at {place}: {message}"),
            None => crate::log::error!("panicked: {message}"),
        }
    }));
}

#[cfg(not(target_arch = "wasm32"))]
fn report_panics() {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Value;
    use crate::{prelude::*, testing};

    params! {
        /// What may be set.
        struct Params {
            /// Where to begin.
            from: u32 = 10;
        }
    }

    /// Counts batches and stops at twelve.
    struct Counter(u32);

    impl Callback for Counter {
        type Params = Params;

        fn about() -> Descriptor {
            about!().needs([Power::Control])
        }

        fn start(_run: &Run, params: Params) -> Result<Self, String> {
            Ok(Self(params.from))
        }

        fn plan(&self) -> Plan {
            Plan::on(Hook::BatchEnd)
        }

        fn on_batch_end(&mut self, _state: &State) -> Answer {
            self.0 += 1;
            Ok(if self.0 < 12 { vec![] } else { vec![signal::stop_training("twelve")] })
        }

        fn save(&self) -> Result<Vec<u8>, String> {
            Ok(saved::to_bytes(&self.0))
        }

        fn load(&mut self, saved: &[u8]) -> Result<(), String> {
            self.0 = saved::from_bytes(saved)?;
            Ok(())
        }
    }

    #[test]
    fn a_plugin_lives_from_start_to_finish() {
        let place = Place::<Counter>::default();
        let (run, state) = (testing::run(), testing::state());
        assert!(on_event(&place, Hook::BatchEnd, &state).is_err());

        let plan = start(&place, &run, &[]).expect("it starts");
        assert_eq!(plan, Plan::on(Hook::BatchEnd));
        assert_eq!(on_event(&place, Hook::BatchEnd, &state), Ok(vec![]));
        assert_eq!(on_event(&place, Hook::EpochEnd, &state), Ok(vec![]));
        let twelve = on_event(&place, Hook::BatchEnd, &state);
        assert_eq!(twelve, Ok(vec![signal::stop_training("twelve")]));
        assert_eq!(finish(&place, &state, &Outcome::Completed), Ok(vec![]));

        let copy = Place::<Counter>::default();
        let from = Setting { name: "from".to_owned(), value: Value::Integer(0) };
        start(&copy, &run, &[from]).expect("it starts");
        load(&copy, &save(&place).expect("it saves")).expect("it loads");
        assert_eq!(save(&copy), save(&place));
    }

    #[test]
    fn the_descriptor_lists_the_parameters() {
        let descriptor = describe::<Counter>();

        assert_eq!(descriptor.params.len(), 1);
        assert_eq!(descriptor.needs, ["control"]);
    }
}
