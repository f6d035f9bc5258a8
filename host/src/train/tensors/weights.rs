//! Sample weights for the sampler, judged where they are made.

use tch::{Device, Kind};

use super::call::Call;
use super::desk::TensorDesk;
use crate::callback::tensors::{Failure, TensorId};
use crate::train::torch::During;

impl TensorDesk {
    /// One weight per training sample, finite, at least 0, not all 0.
    pub(super) fn sample_weights_now(&self, of: TensorId) -> Result<Vec<f64>, Failure> {
        let tensor = self.slots.get(of)?;
        let operands = [tensor];
        let call = Call::new("sample-weights", &operands, &self.meter);
        let samples = self.facts.samples()?;
        if tensor.size() != [samples as i64] {
            return Err(call.mismatch(format!("expected one weight per sample: [{samples}]")));
        }
        let host = call.run(tensor.f_to_device(Device::Cpu))?;
        let host = call.run(host.f_to_kind(Kind::Double))?;
        let mut weights = vec![0.0_f64; samples];
        call.torch(host.f_copy_data(&mut weights, samples).during("read"))?;
        if let Some(index) = weights.iter().position(|weight| !weight.is_finite() || *weight < 0.0)
        {
            let weight = weights[index];
            let reason =
                format!("sample {index} has weight {weight}; weights are finite, at least 0");
            return Err(call.mismatch(reason));
        }
        let total: f64 = weights.iter().sum();
        if total.is_normal() {
            return Ok(weights);
        }
        Err(call.mismatch("the weights are all 0, or their sum is no number"))
    }
}
