//! Gradient statistics: whether gradients vanish, explode, or never arrive.
//!
//! After the backward pass it reports `grad-norm`, the L2 norm of all gradients together; with
//! several layer groups each one's, `grad-norm-body` and so on; `grad-max`, the greatest magnitude of
//! an element; and `grad-missing`, the share of the trainable parameters' elements that have no
//! gradient. They are the unscaled gradients as backward left them, kept ones of earlier batches
//! included, before any plugin clips them.
//!
//! With `update-ratio` it also reports by how much the step has changed the weights, as the ratio of
//! the L2 norms of change and weights: about 0.001 is usual. That copies all weights on the device
//! and counts against `limits.device-mib`: raise it for models above 60 million parameters.
//!
//! Each look waits for the device.

use callbox_sdk::prelude::*;
use callbox_sdk::tensors::Summary;

params! {
    /// What the user may set.
    pub struct Params {
        /// Training batches from one look to the next.
        every: u32 = 10, min 1;
        /// The ratio of update to weights as well.
        update_ratio: bool = false;
    }
}

/// Looks at gradients.
pub struct GradientStats {
    params: Params,
    /// One per layer group, where there are several.
    groups: Vec<String>,
    /// Weights before the step, with their names.
    before: Vec<(String, Tensor)>,
}

impl Callback for GradientStats {
    type Params = Params;

    fn about() -> Descriptor {
        about!()
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        let several = if run.groups.len() > 1 { run.groups.len() } else { 0 };
        let groups = (0..several).map(|group| run.metric_of_group("grad-norm", group)).collect();
        Ok(Self { params, groups, before: Vec::new() })
    }

    fn plan(&self) -> Plan {
        let mut plan = Plan::on(Hook::BackwardEnd).every(self.params.every);
        for name in ["grad-norm", "grad-max", "grad-missing"] {
            plan = plan.reports(name, Better::Neither);
        }
        plan = self.groups.iter().fold(plan, |plan, name| plan.reports(name, Better::Neither));
        if self.params.update_ratio {
            plan = plan.and_on(Hook::StepEnd).every(self.params.every);
            plan = plan.reports("update-ratio", Better::Neither);
        }
        plan
    }

    fn on_backward_end(&mut self, _state: &State) -> Answer {
        let (mut gradients, mut groups, mut trained, mut missing) = (vec![], vec![], 0, 0);
        self.before.clear();
        for parameter in model::parameters().into_iter().filter(|parameter| parameter.trainable) {
            let elements: u64 = parameter.shape.iter().product();
            trained += elements;
            match model::gradient(&parameter.name) {
                Ok(gradient) => {
                    gradients.push(gradient);
                    groups.push(parameter.group as usize);
                }
                Err(Failure::Missing(_)) => missing += elements,
                Err(failure) => return Err(failure.into()),
            }
            if self.params.update_ratio {
                // A weight is a view; its product is a copy that the step leaves alone.
                let copy = model::weight(&parameter.name)?.affine(1.0, 0.0)?;
                self.before.push((parameter.name, copy));
            }
        }
        let all = tensors::summaries(&gradients)?;
        let greatest = all.iter().map(|of| of.max.max(-of.min)).fold(0.0, f64::max);
        let mut signals = vec![shown("grad-norm", norm(&all)), shown("grad-max", greatest)];
        signals.push(shown("grad-missing", missing as f64 / trained as f64));
        for (group, name) in self.groups.iter().enumerate() {
            let its = all.iter().zip(&groups).filter(|(_, of)| **of == group);
            signals.push(shown(name, norm(its.map(|(summary, _)| summary))));
        }
        Ok(signals)
    }

    fn on_step_end(&mut self, _state: &State) -> Answer {
        let (mut changes, mut weights) = (Vec::new(), Vec::new());
        for (name, before) in std::mem::take(&mut self.before) {
            changes.push(model::weight(&name)?.sub(before)?);
            weights.push(before);
        }
        let ratio = norm(&tensors::summaries(&changes)?) / norm(&tensors::summaries(&weights)?);
        Ok(vec![shown("update-ratio", ratio)])
    }
}

/// What is no finite number is no value.
fn shown(name: &str, value: f64) -> Signal {
    signal::report(name, if value.is_finite() { value } else { f64::NAN })
}

/// Of several tensors together.
fn norm<'a>(all: impl IntoIterator<Item = &'a Summary>) -> f64 {
    all.into_iter().map(|of| of.l2_norm * of.l2_norm).sum::<f64>().sqrt()
}

register!(GradientStats);
small_heap!();

#[cfg(test)]
mod tests;
