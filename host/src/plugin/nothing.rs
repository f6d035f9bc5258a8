//! Services for tests: no tensor is there.

use std::time::Duration;

use super::Services;
use super::imports::{batch, model, tensors};
use super::wit::Failure;

/// Refuses whatever it is asked for.
pub(super) struct Nothing;

impl Services for Nothing {
    fn host_time(&self) -> Duration {
        Duration::ZERO
    }
}

macro_rules! stale {
    ($failure:ty: $($name:ident($($kind:ty),*) -> $result:ty;)+) => {
        $(fn $name(&mut self, $(_: $kind),*) -> Result<$result, $failure> {
            Err(<$failure>::Stale)
        })+
    };
}

impl tensors::Host for Nothing {
    stale! { tensors::Failure:
        shape(u64) -> Vec<u64>;
        kind(u64) -> tensors::Dtype;
        summaries(Vec<u64>) -> Vec<tensors::Summary>;
        item(u64) -> f64;
        read(u64, u64, u64) -> Vec<f32>;
        read_integers(u64, u64, u64) -> Vec<i64>;
        create(Vec<u64>, Vec<f32>) -> u64;
        add(u64, u64) -> u64;
        sub(u64, u64) -> u64;
        mul(u64, u64) -> u64;
        affine(u64, f64, f64) -> u64;
        lerp(u64, u64, u64) -> u64;
        choose(u64, u64, u64) -> u64;
        clamp(u64, f64, f64) -> u64;
        square(u64) -> u64;
        log_softmax(u64, i64) -> u64;
        sum(u64, Option<i64>) -> u64;
        mean(u64, Option<i64>) -> u64;
        argmax(u64, i64) -> u64;
        equal(u64, u64) -> u64;
        one_hot(u64, u64) -> u64;
        unsqueeze(u64, i64) -> u64;
        narrow(u64, i64, u64, u64) -> u64;
        put(u64, i64, u64, u64) -> u64;
        pick(u64, i64, u64) -> u64;
        resize(u64, u64, u64) -> u64;
        convert(u64, tensors::Dtype) -> u64;
        random_permutation(u64) -> u64;
        random_uniform(Vec<u64>) -> u64;
        random_beta(Vec<u64>, f64, f64) -> u64;
    }
}

impl batch::Host for Nothing {
    stale! { Failure:
        input() -> u64;
        target() -> u64;
        output() -> u64;
        loss() -> u64;
        loss_of(u64, u64) -> u64;
        sample_losses() -> (u64, u64);
        labels() -> u64;
        activation(String) -> u64;
    }
}

impl model::Host for Nothing {
    fn parameters(&mut self) -> Vec<model::Parameter> {
        Vec::new()
    }

    fn activations(&mut self) -> Vec<String> {
        Vec::new()
    }

    stale! { Failure:
        weight(String) -> u64;
        gradient(String) -> u64;
        gradient_norm() -> f64;
    }
}
