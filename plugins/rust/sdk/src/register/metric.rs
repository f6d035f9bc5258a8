//! Between the contract's export `metric` and a [`Metric`].

use super::{Place, with};
use crate::metric::Metric;
use crate::types::{Report, Tensor};

#[doc(hidden)]
#[macro_export]
macro_rules! __is_metric {
    ($plugin:ty) => {
        const _: fn() = $crate::register::metric::check::<$plugin>;
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __export_metric {
    ($plugin:ty, $component:ident, $place:ident) => {
        const _: () = {
            use $crate::bindings::metric::exports::callbox::plugin::metric::Guest;
            use $crate::types::{Report, Tensor};

            impl Guest for $component {
                fn begin() {
                    $place.with(|place| $crate::register::metric::begin(place));
                }

                fn update(output: Tensor, target: Tensor, size: u32) -> Result<(), String> {
                    $place
                        .with(|place| $crate::register::metric::update(place, output, target, size))
                }

                fn finish() -> Result<Vec<Report>, String> {
                    $place.with(|place| $crate::register::metric::finish(place))
                }
            }

            $crate::bindings::metric::export_metric!(
                $component with_types_in $crate::bindings::metric
            );
        };
    };
}

pub const fn check<P: Metric>() {}

/// Before `start` there is nothing to forget.
pub fn begin<P: Metric>(place: &Place<P>) {
    if let Some(plugin) = place.borrow_mut().as_mut() {
        plugin.begin();
    }
}

pub fn update<P: Metric>(
    place: &Place<P>,
    output: Tensor,
    target: Tensor,
    size: u32,
) -> Result<(), String> {
    with(place, |plugin| plugin.update(output.into(), target.into(), size))
}

pub fn finish<P: Metric>(place: &Place<P>) -> Result<Vec<Report>, String> {
    with(place, Metric::finish)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::start;
    use crate::{prelude::*, testing};

    /// Samples of a pass.
    struct Samples(u32);

    impl Callback for Samples {
        type Params = ();

        fn about() -> Descriptor {
            about!()
        }

        fn start(_run: &Run, _params: ()) -> Result<Self, String> {
            Ok(Self(0))
        }

        fn plan(&self) -> Plan {
            Plan::default().reports("samples", Better::Neither)
        }
    }

    impl Metric for Samples {
        fn begin(&mut self) {
            self.0 = 0;
        }

        fn update(
            &mut self,
            _output: crate::tensors::Tensor,
            _target: crate::tensors::Tensor,
            size: u32,
        ) -> Result<(), String> {
            self.0 += size;
            Ok(())
        }

        fn finish(&mut self) -> Result<Vec<Report>, String> {
            Ok(vec![Report::new("samples", self.0.into(), 1.0)])
        }
    }

    register!(Samples, metric);

    #[test]
    fn a_pass_begins_anew() {
        let place = Place::<Samples>::default();
        begin(&place);
        assert!(update(&place, 1, 2, 64).is_err());

        start(&place, &testing::run(), &[]).expect("it starts");
        for _ in 0..2 {
            begin(&place);
            for size in [64, 16] {
                update(&place, 1, 2, size).expect("an answer");
            }
            assert_eq!(finish(&place), Ok(vec![Report::new("samples", 80.0, 1.0)]));
        }
    }
}
