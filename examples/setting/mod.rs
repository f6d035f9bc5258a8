//! What the examples share: a small network on the bundled digits, made as in `01_bare_loop`.

use callbox::callback::{Candidate, Outcome, Records, Rules};
use callbox::train::callbacks::Callbacks;
use callbox::train::data::{Data, DataConfig};
use callbox::train::fit::fit;
use callbox::train::learner::Learner;
use callbox::train::loss::Loss;
use callbox::train::metric::Accuracy;
use callbox::train::model::{MlpConfig, ModelConfig};
use callbox::train::optim::{HpOptimizer, OptimConfig, OptimKind};
use callbox::train::run::RunSpec;
use callbox::train::torch;

/// Trains the network for so many epochs with these callbacks.
pub(crate) fn train(
    epochs: u32,
    candidates: Vec<Candidate>,
    records: Records,
) -> anyhow::Result<Outcome> {
    torch::set_num_threads(1)?;
    torch::manual_seed(0)?;
    let data = Data::load(&DataConfig::default(), 0, tch::Device::Cpu)?;
    let model = ModelConfig::Mlp(MlpConfig { hidden: vec![32] });
    let model = model.build(data.spec(), tch::Device::Cpu)?;
    let optimizer = HpOptimizer::new(&OptimConfig::new(OptimKind::Adam), model.params())?;
    let metrics = vec![Box::new(Accuracy::default()) as _];
    let mut learner = Learner::new(model, Loss::cross_entropy(), optimizer, metrics);

    let spec = RunSpec { name: "example".to_owned(), epochs, ..RunSpec::default() };
    let rules = Rules::default();
    let mut callbacks = Callbacks::start(candidates, &spec, &rules, records, &learner, &data)?;
    Ok(fit(&mut learner, &data, &mut callbacks)?)
}
