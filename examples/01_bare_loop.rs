//! The loop before there are any callbacks: five lines of mathematics.
//!
//!     cargo run --example 01_bare_loop

use callbox::callback::Phase;
use callbox::train::data::{Data, DataConfig, Draw};
use callbox::train::evaluate::evaluate;
use callbox::train::learner::Learner;
use callbox::train::loss::Loss;
use callbox::train::metric::Accuracy;
use callbox::train::model::{MlpConfig, ModelConfig};
use callbox::train::optim::{HpOptimizer, OptimConfig, OptimKind};
use callbox::train::torch;

fn main() -> anyhow::Result<()> {
    torch::set_num_threads(1)?;
    torch::manual_seed(0)?;
    let data = Data::load(&DataConfig::default(), 0, tch::Device::Cpu)?;
    let model = ModelConfig::Mlp(MlpConfig { hidden: vec![32] });
    let model = model.build(data.spec(), tch::Device::Cpu)?;
    let optimizer = HpOptimizer::new(&OptimConfig::new(OptimKind::Adam), model.params())?;
    let metrics = vec![Box::new(Accuracy::default()) as _];
    let mut learner = Learner::new(model, Loss::cross_entropy(), optimizer, metrics);

    for epoch in 0..5 {
        let _mode = learner.mode(Phase::Train);
        for batch in data.train.batches(&Draw::of(epoch))? {
            let batch = batch?;
            let output = learner.forward(&batch)?;
            let loss = learner.loss(&output, &batch)?;
            learner.backward(&loss)?;
            learner.step()?;
            learner.zero_grad()?;
        }
    }

    if let Some(valid) = &data.valid {
        for (name, value) in evaluate(&mut learner, valid)? {
            println!("{name} {value:.4}");
        }
    }
    Ok(())
}
