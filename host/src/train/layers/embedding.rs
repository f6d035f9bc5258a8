//! Vectors for tokens.

use tch::Tensor;

use super::row_dropout;
use crate::train::params::{ParamKind, Params};
use crate::train::torch::{During, TorchError};

/// A vector for each token: `[…]`, `i64`, to `[…, features]`.
#[derive(Debug)]
pub struct Embedding {
    name: String,
    weight: Tensor,
}

impl Embedding {
    /// With vectors `[tokens, features]` to start from; registers `{path}.weight`.
    ///
    /// # Errors
    /// No memory.
    pub fn of(params: &mut Params, path: &str, weight: &Tensor) -> Result<Self, TorchError> {
        let weight = params.add(format!("{path}.weight"), ParamKind::Weight, weight)?;
        Ok(Self { name: format!("embedding `{path}`"), weight })
    }

    /// The vectors, for a layer that shares them.
    pub fn weight(&self) -> &Tensor {
        &self.weight
    }

    /// Looks the tokens up.
    ///
    /// # Errors
    /// A token out of range; numbers that are no tokens.
    pub fn forward(&self, tokens: &Tensor) -> Result<Tensor, TorchError> {
        self.look_up(&self.weight, tokens)
    }

    /// Looks the tokens up where, in training, a share `p` of all tokens has no vector for this batch:
    /// wherever such a token occurs, it is zero.
    ///
    /// # Errors
    /// As [`forward`](Self::forward).
    pub fn forward_dropped(
        &self,
        tokens: &Tensor,
        p: f64,
        training: bool,
    ) -> Result<Tensor, TorchError> {
        self.look_up(&row_dropout(&self.weight, p, training)?, tokens)
    }

    fn look_up(&self, weight: &Tensor, tokens: &Tensor) -> Result<Tensor, TorchError> {
        Tensor::f_embedding(weight, tokens, -1, false, false).during(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use tch::Device;

    use super::*;
    use crate::train::torch::{manual_seed, seeding};

    fn embedding() -> Embedding {
        let weight = Tensor::from_slice(&[1.0_f32, 2.0, 3.0, 4.0, 5.0, 6.0]).view([3, 2]);
        Embedding::of(&mut Params::new(Device::Cpu), "wte", &weight).unwrap()
    }

    #[test]
    fn tokens_are_looked_up() {
        let tokens = Tensor::from_slice(&[2_i64, 0, 0, 1]).view([2, 2]);
        let found = embedding().forward(&tokens).unwrap();
        assert_eq!(found.size(), [2, 2, 2]);
        let flat = Vec::<f32>::try_from(found.view([8])).unwrap();
        assert_eq!(flat, [5.0, 6.0, 1.0, 2.0, 1.0, 2.0, 3.0, 4.0]);
    }

    #[test]
    fn a_dropped_token_is_zero_wherever_it_occurs() {
        let _lock = seeding();
        manual_seed(1).unwrap();
        let tokens = Tensor::from_slice(&[0_i64, 1, 2, 0, 1, 2]).view([2, 3]);
        let mut seen = [false; 2];
        for _ in 0..20 {
            let found = embedding().forward_dropped(&tokens, 0.5, true).unwrap();
            assert_eq!(found.get(0), found.get(1));
            let first = found.double_value(&[0, 0, 0]);
            assert!(first == 0.0 || first == 2.0, "{first}");
            seen[usize::from(first > 0.0)] = true;
        }
        assert_eq!(seen, [true; 2]);
    }

    #[test]
    fn a_wrong_token_names_the_layer() {
        let error = embedding().forward(&Tensor::from_slice(&[3_i64])).unwrap_err().to_string();
        assert!(error.starts_with("embedding `wte`: index out of range"), "{error}");
        let error = embedding().forward(&Tensor::from_slice(&[1.0_f32])).unwrap_err().to_string();
        assert!(error.starts_with("embedding `wte`: "), "{error}");
    }
}
