//! Data of your own: samples that are made as they are needed, without an end.
//!
//! Two spirals, wound into each other, are to be told apart. A sample hangs on seed, epoch and number
//! alone, so a run can go on from any batch. Batches are made ahead, on a thread of their own.
//!
//!     cargo run --example 07_own_data

use std::f64::consts::PI;

use callbox::callback::Phase;
use callbox::random::Stream;
use callbox::train::data::{DataSpec, Draw, Length, Loader, LoaderConfig};
use callbox::train::data::{Pass, Sample, SampleStream, StreamError};
use callbox::train::evaluate::evaluate;
use callbox::train::learner::Learner;
use callbox::train::loss::Loss;
use callbox::train::metric::Accuracy;
use callbox::train::model::{MlpConfig, ModelConfig};
use callbox::train::optim::{HpOptimizer, OptimConfig, OptimKind};
use callbox::train::torch;

const BATCHES: usize = 500;

/// A point of one of two spirals, each a turn and a half long.
fn point(pass: Pass, number: u64) -> Result<Sample, StreamError> {
    let mut random = Stream::new(pass.seed, "spirals", pass.epoch, number);
    let class = random.below(2) as i64;
    let along = random.unit().sqrt();
    let angle = 3.0 * PI * along + PI * class as f64;
    let place = [along * angle.cos(), along * angle.sin()].map(|x| x as f32);
    Ok(Sample::of_class(&place, class)?)
}

fn spirals(length: Length, seed: u64) -> anyhow::Result<Loader> {
    let spec = DataSpec::of_classes(vec![2], 2);
    let stream = SampleStream::numbered(spec, length, point);
    Ok(Loader::new(stream, LoaderConfig::default(), seed)?)
}

fn main() -> anyhow::Result<()> {
    torch::set_num_threads(1)?;
    torch::manual_seed(0)?;
    let train = spirals(Length::Endless, 0)?;
    let valid = spirals(Length::Known(1000), 1)?;
    let model = ModelConfig::Mlp(MlpConfig { hidden: vec![64, 64] });
    let model = model.build(train.spec(), tch::Device::Cpu)?;
    let config = OptimConfig { lr: Some(0.01.into()), ..OptimConfig::new(OptimKind::Adam) };
    let optimizer = HpOptimizer::new(&config, model.params())?;
    let metrics = vec![Box::new(Accuracy::default()) as _];
    let mut learner = Learner::new(model, Loss::cross_entropy(), optimizer, metrics);

    let mode = learner.mode(Phase::Train);
    for batch in train.batches(&Draw::default())?.take(BATCHES) {
        let batch = batch?;
        let output = learner.forward(&batch)?;
        let loss = learner.loss(&output, &batch)?;
        learner.backward(&loss)?;
        learner.step()?;
        learner.zero_grad()?;
    }
    drop(mode);

    for (name, value) in evaluate(&mut learner, &valid)? {
        println!("{name} {value:.4}");
    }
    Ok(())
}
