//! Long short-term memory.

use tch::{Kind, Tensor};

use super::dropout;
use crate::train::initial::uniform;
use crate::train::params::{ParamKind, Params};
use crate::train::target::in_kind;
use crate::train::torch::{During, TorchError, without_autocast};

/// One layer of LSTM cells: `[batch, time, inputs]` to `[batch, time, features]`. In training a share
/// of the weights from state to state is dropped, the same for all times (DropConnect, as Merity et
/// al., Regularizing and optimizing LSTM language models, 2017, apply it).
///
/// It computes in `f32` whatever the precision: oneDNN has lower cells for few processors.
#[derive(Debug)]
pub struct Lstm {
    name: String,
    /// `weight_ih`, `weight_hh`, `bias_ih`, `bias_hh`, as libtorch wants them.
    weights: [Tensor; 4],
    features: i64,
}

/// What a layer of LSTM cells carries from time to time: output and cell state, `[1, batch, features]`.
#[derive(Debug)]
pub struct LstmState {
    /// The last output.
    pub output: Tensor,
    /// The cells.
    pub cells: Tensor,
}

impl LstmState {
    /// The same tensors without their graph.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn detached(&self) -> Result<Self, TorchError> {
        let detached = |tensor: &Tensor| tensor.f_detach().during("LSTM state");
        Ok(Self { output: detached(&self.output)?, cells: detached(&self.cells)? })
    }

    /// How many samples it belongs to.
    #[must_use]
    pub fn batch(&self) -> i64 {
        self.output.size().get(1).copied().unwrap_or(0)
    }
}

impl Lstm {
    /// Registers `{path}.weight_ih_l0` `[4·features, inputs]`, `{path}.weight_hh_l0`
    /// `[4·features, features]`, `{path}.bias_ih_l0` and `{path}.bias_hh_l0` `[4·features]`, all
    /// uniform in ±1/√features, as PyTorch's `nn.LSTM` has them; the four parts are input gate,
    /// forget gate, cell and output gate.
    ///
    /// # Errors
    /// No memory, negative sizes.
    pub fn new(
        params: &mut Params,
        path: &str,
        inputs: i64,
        features: i64,
    ) -> Result<Self, TorchError> {
        #[allow(clippy::cast_precision_loss, reason = "no layer has 2^53 features")]
        let bound = 1.0 / (features as f64).sqrt();
        let mut add = |suffix: &str, kind, shape: &[i64]| {
            params.add(format!("{path}.{suffix}"), kind, &uniform(shape, bound)?)
        };
        let gates = 4 * features;
        let weights = [
            add("weight_ih_l0", ParamKind::Weight, &[gates, inputs])?,
            add("weight_hh_l0", ParamKind::Weight, &[gates, features])?,
            add("bias_ih_l0", ParamKind::Bias, &[gates])?,
            add("bias_hh_l0", ParamKind::Bias, &[gates])?,
        ];
        Ok(Self { name: format!("LSTM layer `{path}`"), weights, features })
    }

    /// Runs through the times from a state, or from zeros, and gives the outputs with the last state,
    /// which still has its graph. `p` is the share of dropped weights.
    ///
    /// # Errors
    /// Other inputs; a state of another batch.
    pub fn forward(
        &self,
        input: &Tensor,
        state: Option<&LstmState>,
        p: f64,
        training: bool,
    ) -> Result<(Tensor, LstmState), TorchError> {
        let _full = without_autocast(input.device())?;
        let input = in_kind(input, Kind::Float, &self.name)?;
        let begin = match state {
            Some(LstmState { output, cells }) => [output.shallow_clone(), cells.shallow_clone()],
            None => self.zeros(&input)?,
        };
        let [input_weight, state_weight, input_bias, state_bias] = &self.weights;
        let dropped = dropout(state_weight, p, training)?;
        let weights = [input_weight, &dropped, input_bias, state_bias];
        let (outputs, output, cells) = input
            .f_lstm(&begin.each_ref(), &weights, true, 1, 0.0, training, false, true)
            .during(&self.name)?;
        Ok((outputs, LstmState { output, cells }))
    }

    fn zeros(&self, input: &Tensor) -> Result<[Tensor; 2], TorchError> {
        let batch = input.size().first().copied().unwrap_or(0);
        let zeros = || {
            let options = (input.kind(), input.device());
            Tensor::f_zeros([1, batch, self.features], options).during(&self.name)
        };
        Ok([zeros()?, zeros()?])
    }
}
