//! Class balance: samples of rare classes are drawn more often.
//!
//! A sample of a class with n samples has the weight `1 / n` (`inverse`: each class is drawn as often
//! as any other), or `(1 − beta) / (1 − beta^n)` (`effective`: after n samples a class has shown all
//! but a part beta^n of what it has to show). The second is from Cui et al., Class-balanced loss based
//! on effective number of samples, 2019, who weigh the loss by it; here it weighs the drawing, which
//! has the same mean and keeps the gradients' size. The closer beta is to 1, the closer it is to
//! `inverse`; at 0 all samples are equal.
//!
//! The weights hold from the first epoch on. An epoch keeps its length, so that samples of frequent
//! classes are missed in it and those of rare ones repeated, which they are prone to be over-fitted
//! to. Weights of several plugins multiply. Validation stays as the data is.

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// How the weight of a class follows from its number of samples.
        preset: String = "inverse", choices ["inverse", "effective"];
        /// Of `effective`: the part of its news that each further sample of a class repeats.
        beta: f64 = 0.999, min 0.0, max 0.999999;
    }
}

/// Weighs once.
pub struct ClassBalance {
    /// By class.
    weights: Vec<f32>,
}

impl Callback for ClassBalance {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Sampler])
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        if run.class_counts.iter().filter(|count| **count > 0).count() < 2 {
            return Err("there is nothing to balance: it takes two classes with samples".into());
        }
        let weights = run.class_counts.iter().map(|count| weight(&params, *count));
        Ok(Self { weights: weights.collect() })
    }

    fn plan(&self) -> Plan {
        Plan::on(Hook::TrainBegin).powers([Power::Sampler])
    }

    fn on_train_begin(&mut self, _state: &State) -> Answer {
        let by_class = Tensor::create(&[self.weights.len() as u64], &self.weights)?;
        Ok(vec![signal::sample_weights(by_class.pick(0, batch::labels()?)?)])
    }
}

/// Of one sample of a class with so many; a class without samples weighs nothing.
fn weight(params: &Params, count: u64) -> f32 {
    if count == 0 {
        return 0.0;
    }
    let weight = match params.preset.as_str() {
        "effective" => (1.0 - params.beta) / (1.0 - power(params.beta, count)),
        _ => 1.0 / count as f64,
    };
    weight as f32
}

/// By squaring: the same bits everywhere.
fn power(mut base: f64, mut exponent: u64) -> f64 {
    let mut product = 1.0;
    while exponent > 0 {
        if exponent % 2 == 1 {
            product *= base;
        }
        base *= base;
        exponent /= 2;
    }
    product
}

register!(ClassBalance);

#[cfg(test)]
mod tests;
