//! A metric of a pass: accuracy, or the mean distance between the class that was answered and the
//! one that was right. Its parameters make it fail, trap, or answer badly.
//!
//! The host must call `begin`, `update` per batch and `finish` for every pass; show the value as
//! the metric's; and journal a violation for an `err` or an undeclared name, a fault for a trap,
//! while validation goes on. Lines read `metric=begin`, `metric=update batch=0 size=64 outputs=[64,
//! 10]` and `metric=finish value=0.5 weight=640`.

use callbox_sdk::prelude::*;
use callbox_sdk::tensors::Dtype;

params! {
    /// What tests choose.
    pub struct Params {
        /// What is measured.
        measure: String = "accuracy", choices ["accuracy", "distance"];
        /// The metric's name.
        name: String = "measured";
        /// Where to answer with an error.
        fail: String = "", choices ["", "update", "finish"];
        /// Where to panic.
        trap: String = "", choices ["", "begin", "update", "finish"];
        /// In which pass to fail or trap, from 0; -1: in each.
        pass: i64 = -1;
        /// At which batch of a pass to fail or trap in `update`.
        batch: u32 = 0;
        /// What `finish` reports.
        answer: String = "value", choices ["value", "nothing", "undeclared", "twice", "nan", "negative-weight"];
    }
}

/// Sums over a pass.
pub struct Measurer {
    params: Params,
    /// Passes begun.
    passes: i64,
    batches: u32,
    sum: f64,
    samples: u64,
}

impl Callback for Measurer {
    type Params = Params;

    fn about() -> Descriptor {
        about!()
    }

    fn start(_run: &Run, params: Params) -> Result<Self, String> {
        Ok(Self { params, passes: 0, batches: 0, sum: 0.0, samples: 0 })
    }

    fn plan(&self) -> Plan {
        let better = if self.params.measure == "accuracy" { Better::Higher } else { Better::Lower };
        Plan::default().reports(self.params.name.as_str(), better)
    }
}

impl Metric for Measurer {
    fn begin(&mut self) {
        log::info!("metric=begin");
        self.passes += 1;
        (self.batches, self.sum, self.samples) = (0, 0.0, 0);
        self.trap("begin");
    }

    fn update(&mut self, output: Tensor, target: Tensor, size: u32) -> Result<(), String> {
        let batch = self.batches;
        log::info!("metric=update batch={batch} size={size} outputs={:?}", output.shape()?);
        self.batches += 1;
        if batch == self.params.batch {
            self.trap("update");
            self.fail("update")?;
        }
        self.samples += u64::from(size);
        let answered = output.argmax(-1)?;
        self.sum += match self.params.measure.as_str() {
            "accuracy" => answered.equal(target)?.convert(Dtype::Float32)?.sum(None)?.item()?,
            _ => distance(answered, target)?,
        };
        Ok(())
    }

    fn finish(&mut self) -> Result<Vec<Report>, String> {
        self.trap("finish");
        self.fail("finish")?;
        let (value, weight) = (self.sum / self.samples as f64, self.samples as f64);
        log::info!("metric=finish value={value} weight={weight}");
        let report = Report::new(self.params.name.as_str(), value, weight);
        Ok(match self.params.answer.as_str() {
            "nothing" => vec![],
            "undeclared" => vec![report, Report::new("undeclared", value, weight)],
            "twice" => vec![report.clone(), report],
            "nan" => vec![Report { value: f64::NAN, ..report }],
            "negative-weight" => vec![Report { weight: -1.0, ..report }],
            _ => vec![report],
        })
    }
}

impl Measurer {
    /// Passes count from 0, and this one has begun.
    fn is_its_pass(&self) -> bool {
        [-1, self.passes - 1].contains(&self.params.pass)
    }

    fn trap(&self, place: &str) {
        assert!(self.params.trap != place || !self.is_its_pass(), "asked to trap in {place}");
    }

    fn fail(&self, place: &str) -> Result<(), String> {
        if self.params.fail == place && self.is_its_pass() {
            return Err(format!("asked to fail in {place}"));
        }
        Ok(())
    }
}

/// Sum over the samples, computed here from integers.
fn distance(answered: Tensor, target: Tensor) -> Result<f64, Failure> {
    let (answered, target) = (answered.read_integers()?, target.read_integers()?);
    Ok(answered.iter().zip(&target).map(|(a, b)| a.abs_diff(*b) as f64).sum())
}

register!(Measurer, metric);
