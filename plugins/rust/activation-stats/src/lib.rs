//! Activation statistics: whether a network's layers are alive.
//!
//! As fastai's ActivationStats: mean, standard deviation and share near zero of each activation, in
//! training, reported as `layers-0-mean`, `-std` and `-near-zero`. A share that goes to 1 is a layer
//! that dies. fastai counts all negative elements as near zero; here it is `near` on both sides, the
//! same after a ReLU. Once in an epoch a histogram shows the first 65,536 elements of each of the first
//! 16 activations, in bins of equal width from the least to the greatest. (fastai's has 40 bins from 0
//! to 10 for every batch.) Each look waits for the device.

use callbox_sdk::prelude::*;
use callbox_sdk::tensors::Dtype;

params! {
    /// What the user may set.
    pub struct Params {
        /// Training batches from one look to the next.
        every: u32 = 10, min 1;
        /// Activations to look at; none: all that the model shows.
        names: Vec<String> = &[];
        /// Near zero is what is at most this far from it.
        near: f64 = 0.05, min 0.0;
        /// Bars of the histograms; 0: no histograms.
        bins: u32 = 40, min 0, max 1000;
    }
}

const MOST_HISTOGRAMS: usize = 16;
const MOST_ELEMENTS: u64 = 65_536;

/// Looks at activations.
pub struct ActivationStats {
    params: Params,
    /// The last epoch whose histograms were shown.
    shown: Option<u32>,
}

impl Callback for ActivationStats {
    type Params = Params;

    fn about() -> Descriptor {
        about!()
    }

    fn start(_run: &Run, mut params: Params) -> Result<Self, String> {
        let known = model::activations();
        if known.is_empty() {
            return Err("this model shows no activations".into());
        }
        if let Some(name) = params.names.iter().find(|name| !known.contains(name)) {
            let known = known.join(", ");
            return Err(format!("the model shows no activation `{name}`, but {known}"));
        }
        if params.names.is_empty() {
            params.names = known;
        }
        Ok(Self { params, shown: None })
    }

    fn plan(&self) -> Plan {
        let plan = Plan::on(Hook::LossBegin).phase(Phase::Train).every(self.params.every);
        let names = self.params.names.iter();
        let names = names.flat_map(|name| KINDS.map(|kind| metric_name(&[name, kind])));
        names.fold(plan, |plan, name| plan.reports(name, Better::Neither))
    }

    fn on_loss_begin(&mut self, state: &State) -> Answer {
        let Params { names, near, bins, .. } = &self.params;
        let (mut all, mut close) = (Vec::new(), Vec::new());
        for name in names {
            let tensor = batch::activation(name)?;
            close.push(tensor.clamp(-near, *near)?.equal(tensor)?.convert(Dtype::Float32)?);
            all.push(tensor);
        }
        let (of, close) = (tensors::summaries(&all)?, tensors::summaries(&close)?);
        let mut signals = Vec::new();
        for ((name, of), close) in names.iter().zip(&of).zip(close) {
            for (kind, value) in KINDS.into_iter().zip([of.mean, of.std, close.mean]) {
                let value = if value.is_finite() { value } else { f64::NAN };
                signals.push(signal::report(metric_name(&[name, kind]), value));
            }
        }
        if *bins > 0 && self.shown.replace(state.epoch) != Some(state.epoch) {
            for ((name, tensor), of) in names.iter().zip(all).zip(of).take(MOST_HISTOGRAMS) {
                let elements: u64 = tensor.shape()?.iter().product();
                let values = tensor.read_part(0, elements.min(MOST_ELEMENTS))?;
                signals.extend(histogram(name, &values, [of.min, of.max], *bins));
            }
        }
        Ok(signals)
    }
}

/// What is reported of an activation.
const KINDS: [&str; 3] = ["mean", "std", "near-zero"];

/// The last bin holds its upper edge. `None` without a width: of equal elements, or infinite ones.
fn histogram(name: &str, values: &[f32], [min, max]: [f64; 2], bins: u32) -> Option<Signal> {
    let width = (max - min) / f64::from(bins);
    // So that edges ascend.
    if !width.is_finite() || min + width <= min || max - width >= max {
        return None;
    }
    let mut counts = vec![0.0; bins as usize];
    for value in values {
        let bin = ((f64::from(*value) - min) / width) as usize;
        if let Some(count) = counts.get_mut(bin.min(bins as usize - 1)) {
            *count += 1.0;
        }
    }
    let edges = (0..bins).map(|bin| min + width * f64::from(bin)).chain([max]);
    Some(signal::histogram(name, edges.collect(), counts))
}

register!(ActivationStats);
small_heap!();

#[cfg(test)]
mod tests;
