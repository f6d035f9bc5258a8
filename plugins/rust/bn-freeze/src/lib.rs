//! Keeps the normalisation statistics of layer groups as they are, while their weights may learn.
//!
//! fastai's `BnFreeze`, for training on from weights that were trained on other data: small batches
//! would spoil the running statistics, and with them the layers that rely on them. The layers work
//! in evaluation mode, so that they also normalise by the running statistics. fastai takes the
//! layers whose weights are frozen; here they are the groups that are named, by default all but
//! the last, which is the head. It freezes no weights: that is `gradual-unfreeze`'s affair.

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// Names of the layer groups; none: all but the last.
        groups: Vec<String> = &[];
    }
}

/// Groups by their indices; what it asks for lasts as long as the run, so there is nothing to save.
pub struct BnFreeze(Vec<u32>);

impl Callback for BnFreeze {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Weights])
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        if params.groups.is_empty() {
            let last = run.groups.len().saturating_sub(1) as u32;
            return match last {
                0 => Err("this model has one layer group, and it is the head: name it".to_owned()),
                _ => Ok(Self((0..last).collect())),
            };
        }
        let index = |name: &String| {
            let found = (0..).zip(&run.groups).find(|(_, group)| *group == name);
            found.map(|(index, _)| index).ok_or_else(|| {
                let known = run.groups.join(", ");
                format!("there is no layer group `{name}`; there are {known}")
            })
        };
        Ok(Self(params.groups.iter().map(index).collect::<Result<_, _>>()?))
    }

    fn plan(&self) -> Plan {
        Plan::on(Hook::TrainBegin).powers([Power::Weights])
    }

    fn on_train_begin(&mut self, _state: &State) -> Answer {
        Ok(self.0.iter().map(|group| signal::set_norm_frozen(*group, true)).collect())
    }
}

register!(BnFreeze);
small_heap!();

#[cfg(test)]
mod tests;
