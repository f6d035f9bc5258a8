//! What a target means: class numbers, class probabilities, or numbers like the output's.

use tch::{Kind, Tensor};

use super::torch::{During, TorchError};

/// The class of every sample, `[batch]`, from class numbers `[batch]` or class probabilities
/// `[batch, classes]`, of which the likeliest counts.
pub(super) fn classes(target: &Tensor, asker: &str) -> Result<Tensor, TorchError> {
    match target.dim() {
        1 => Ok(target.shallow_clone()),
        // Mixed targets are probabilities.
        _ => target.f_argmax(-1, false).during(asker),
    }
}

/// The number of classes of logits `[batch, classes]`.
pub(super) fn class_count(logits: &Tensor, asker: &str) -> Result<i64, TorchError> {
    match logits.size()[..] {
        [_, classes] => Ok(classes),
        ref shape => {
            let message = format!("expected an output of shape [batch, classes], found {shape:?}");
            Err(TorchError::new(asker, &message))
        }
    }
}

/// The target in the output's shape and kind: class numbers become one-hot rows, everything else
/// must have that shape already.
pub(super) fn like(target: &Tensor, output: &Tensor, asker: &str) -> Result<Tensor, TorchError> {
    let (found, wanted) = (target.size(), output.size());
    if found == wanted {
        return in_kind(target, output.kind(), asker);
    }
    if target.kind() == Kind::Int64 && wanted.len() == 2 && found == wanted[..1] {
        return in_kind(&target.f_one_hot(wanted[1]).during(asker)?, output.kind(), asker);
    }
    // libtorch would stretch `[batch]` along `[batch, 1]` and compare every sample with all.
    let message = format!(
        "the output has shape {wanted:?} and the target {found:?}; \
         expected a target of the same shape, or class numbers [batch] of an output [batch, classes]"
    );
    Err(TorchError::new(asker, &message))
}

/// The tensor itself, or a copy if it is of another kind.
pub(super) fn in_kind(tensor: &Tensor, kind: Kind, asker: &str) -> Result<Tensor, TorchError> {
    tensor.f_to_kind(kind).during(asker)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn class_numbers_become_rows_and_probabilities_become_numbers() {
        let output = Tensor::from_slice(&[0.0_f32; 6]).view([2, 3]);
        let rows = like(&Tensor::from_slice(&[2_i64, 0]), &output, "mse").unwrap();
        let expected = Tensor::from_slice(&[0.0_f32, 0.0, 1.0, 1.0, 0.0, 0.0]).view([2, 3]);
        assert_eq!(rows, expected);
        assert_eq!(classes(&rows, "f1").unwrap(), Tensor::from_slice(&[2_i64, 0]));
    }

    #[test]
    fn a_target_is_not_stretched() {
        let output = Tensor::from_slice(&[0.0, 1.0]).view([2, 1]);
        let error = like(&Tensor::from_slice(&[0.0, 1.0]), &output, "mse").unwrap_err();
        assert_eq!(
            error.to_string(),
            "mse: the output has shape [2, 1] and the target [2]; expected a target of the same \
             shape, or class numbers [batch] of an output [batch, classes]"
        );
        let error = class_count(&output.view([2]), "f1").unwrap_err().to_string();
        assert_eq!(error, "f1: expected an output of shape [batch, classes], found [2]");
    }
}
