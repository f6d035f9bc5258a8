//! What a run trains, validates and tests on.

use tch::Device;

use super::{Batches, DataConfig, DataError, DataSpec, Draw, Loader, LoaderConfig, Parts, Samples};
use crate::callback::Phase;
use crate::nearest::nearest;

/// The loaders of a run, by what they are for.
pub struct Data {
    /// Trains the model.
    pub train: Loader,
    /// Measures it after every epoch.
    pub valid: Option<Loader>,
    /// Measures it once, at the end.
    pub test: Option<Loader>,
}

impl Data {
    /// The loaders' names.
    pub const NAMES: [&str; 3] = ["train", "valid", "test"];

    /// Reads and splits the data; `seed` is the run's. Batches come on `device`.
    ///
    /// The samples lie on the device, where selecting them is fastest, unless a worker is asked to
    /// prefetch: it makes batches on the CPU.
    ///
    /// # Errors
    /// Data that is unreadable or wrong; a batch size that gives no batch.
    pub fn load(config: &DataConfig, seed: u64, device: Device) -> Result<Self, DataError> {
        Self::of(config.load()?, config, seed, device)
    }

    /// The same with samples that have been read.
    ///
    /// # Errors
    /// No memory on the device; a batch size that gives no batch.
    pub fn of(
        parts: Parts,
        config: &DataConfig,
        seed: u64,
        device: Device,
    ) -> Result<Self, DataError> {
        let prefetches = config.prefetch.is_some_and(|ahead| ahead > 0);
        let parts = parts.to(if prefetches { Device::Cpu } else { device })?;
        let loader = |part: Samples, config: LoaderConfig| {
            Loader::new(part, config, seed).map(|all| all.on(device))
        };
        let valid = config.valid_loader();
        Ok(Data {
            train: loader(parts.train, config.train_loader())?,
            valid: parts.valid.map(|part| loader(part, valid)).transpose()?,
            test: parts.test.map(|part| loader(part, valid)).transpose()?,
        })
    }

    /// The loader of this name: train, valid or test.
    ///
    /// # Errors
    /// Another name; a loader that this data has not.
    pub fn loader(&self, name: &str) -> Result<&Loader, DataError> {
        let loaders = [Some(&self.train), self.valid.as_ref(), self.test.as_ref()];
        let there = Self::NAMES.into_iter().zip(loaders);
        let there = there.filter_map(|(name, loader)| loader.map(|loader| (name, loader)));
        there.clone().find(|(known, _)| *known == name).map(|(_, loader)| loader).ok_or_else(|| {
            let names: Vec<&str> = there.map(|(name, _)| name).collect();
            let near = nearest(name, names.iter().copied());
            let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            let names = names.join(", ");
            DataError::NoLoader(format!("there is no data `{name}`; there are {names}{near}"))
        })
    }

    /// The batches of a phase, from a place in it.
    ///
    /// # Errors
    /// No such data; what the loader refuses, such as weights for a stream.
    pub fn batches(&self, phase: Phase, draw: &Draw) -> Result<Batches, DataError> {
        match phase {
            Phase::Train => self.train.batches(draw),
            Phase::Valid => self.loader("valid")?.batches(draw),
            Phase::Test => self.loader("test")?.batches(draw),
        }
    }

    /// The shape of a sample, and what there is to tell apart.
    #[must_use]
    pub fn spec(&self) -> &DataSpec {
        self.train.spec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loaders_go_by_name() {
        let mut data = Data::load(&DataConfig::default(), 0, Device::Cpu).unwrap();
        let samples = Data::NAMES.map(|name| data.loader(name).unwrap().samples());
        assert_eq!(samples, [Some(1257), Some(180), Some(360)]);
        let told = |data: &Data, name| data.loader(name).unwrap_err().to_string();
        let expected =
            "there is no data `tests`; there are train, valid, test; did you mean `test`?";
        assert_eq!(told(&data, "tests"), expected);
        data.test = None;
        assert_eq!(told(&data, "zzz"), "there is no data `zzz`; there are train, valid");
        assert!(data.loader("test").is_err());
    }
}
