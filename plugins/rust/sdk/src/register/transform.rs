//! Between the contract's export `transform` and a [`Transform`].

use super::{Place, with};
use crate::bindings::transform::exports::callbox::plugin::transform::Pair;
use crate::transform::Transform;
use crate::types::{State, Tensor};

#[doc(hidden)]
#[macro_export]
macro_rules! __is_transform {
    ($plugin:ty) => {
        const _: fn() = $crate::register::transform::check::<$plugin>;
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __export_transform {
    ($plugin:ty, $component:ident, $place:ident) => {
        const _: () = {
            use $crate::bindings::transform::exports::callbox::plugin::transform::{Guest, Pair};
            use $crate::types::{State, Tensor};

            impl Guest for $component {
                fn on_batch_begin(state: State, batch: Pair) -> Result<Option<Pair>, String> {
                    $place.with(|place| {
                        $crate::register::transform::on_batch_begin(place, &state, &batch)
                    })
                }

                fn on_loss_begin(state: State, output: Tensor) -> Result<Option<Tensor>, String> {
                    $place.with(|place| {
                        $crate::register::transform::on_loss_begin(place, &state, output)
                    })
                }

                fn on_backward_begin(state: State, loss: Tensor) -> Result<Option<Tensor>, String> {
                    $place.with(|place| {
                        $crate::register::transform::on_backward_begin(place, &state, loss)
                    })
                }
            }

            $crate::bindings::transform::export_transform!(
                $component with_types_in $crate::bindings::transform
            );
        };
    };
}

pub const fn check<P: Transform>() {}

pub fn on_batch_begin<P: Transform>(
    place: &Place<P>,
    state: &State,
    batch: &Pair,
) -> Result<Option<Pair>, String> {
    let changed = with(place, |plugin| {
        Transform::on_batch_begin(plugin, state, batch.input.into(), batch.target.into())
    })?;
    Ok(changed.map(|(input, target)| Pair { input: input.into(), target: target.into() }))
}

pub fn on_loss_begin<P: Transform>(
    place: &Place<P>,
    state: &State,
    output: Tensor,
) -> Result<Option<Tensor>, String> {
    let changed = with(place, |plugin| Transform::on_loss_begin(plugin, state, output.into()))?;
    Ok(changed.map(Into::into))
}

pub fn on_backward_begin<P: Transform>(
    place: &Place<P>,
    state: &State,
    loss: Tensor,
) -> Result<Option<Tensor>, String> {
    let changed = with(place, |plugin| Transform::on_backward_begin(plugin, state, loss.into()))?;
    Ok(changed.map(Into::into))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::start;
    use crate::{prelude::*, testing};

    /// Swaps input and target, answers no output, refuses every loss.
    struct Swap;

    impl Callback for Swap {
        type Params = ();

        fn about() -> Descriptor {
            about!().needs([Power::Transform])
        }

        fn start(_run: &Run, _params: ()) -> Result<Self, String> {
            Ok(Self)
        }

        fn plan(&self) -> Plan {
            Plan::default().transforms_input()
        }
    }

    impl Transform for Swap {
        fn on_batch_begin(
            &mut self,
            _state: &State,
            input: crate::tensors::Tensor,
            target: crate::tensors::Tensor,
        ) -> Result<Option<(crate::tensors::Tensor, crate::tensors::Tensor)>, String> {
            Ok(Some((target, input)))
        }

        fn on_backward_begin(
            &mut self,
            _state: &State,
            loss: crate::tensors::Tensor,
        ) -> Result<Option<crate::tensors::Tensor>, String> {
            Ok(Some(loss.affine(2.0, 0.0)?))
        }
    }

    register!(Swap, transform);

    #[test]
    fn numbers_pass_through_the_same_instance() {
        let place = Place::<Swap>::default();
        let state = testing::state();
        let batch = Pair { input: 1, target: 2 };
        assert!(on_batch_begin(&place, &state, &batch).is_err());

        let plan = start(&place, &testing::run(), &[]).expect("it starts");
        assert!(plan.transforms.input && plan.powers == ["transform"]);
        let changed = on_batch_begin(&place, &state, &batch).expect("an answer");
        assert_eq!(changed.map(|pair| (pair.input, pair.target)), Some((2, 1)));
        assert_eq!(on_loss_begin(&place, &state, 3), Ok(None));
        let failure = on_backward_begin(&place, &state, 4);
        assert!(failure.is_err_and(|why| why.starts_with("missing: ")));
    }
}
