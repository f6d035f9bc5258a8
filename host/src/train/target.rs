//! What a target means: class numbers, class probabilities, or numbers like the output's.

use tch::{Kind, Tensor};

use super::torch::{During, TorchError};

/// The class of everything that logits `[batch, classes]` or `[batch, time, classes]` are of, in
/// their leading dimensions: from class numbers of that shape, or class probabilities of the logits'
/// own, of which the likeliest counts.
pub(super) fn classes(logits: &Tensor, target: &Tensor, asker: &str) -> Result<Tensor, TorchError> {
    let classes = match target.kind() {
        Kind::Int64 => target.shallow_clone(),
        // Mixed targets are probabilities.
        _ => target.f_argmax(-1, false).during(asker)?,
    };
    // libtorch would compare `[batch]` with `[batch, time]` wherever batch and time are equal.
    if classes.dim() + 1 != logits.dim() {
        return Err(misfit(logits, target, asker));
    }
    Ok(classes)
}

/// The number of classes of logits `[batch, classes]` or `[batch, time, classes]`.
pub(super) fn class_count(logits: &Tensor, asker: &str) -> Result<i64, TorchError> {
    match logits.size()[..] {
        [_, .., classes] => Ok(classes),
        ref shape => {
            let message = format!("expected an output of shape [batch, classes], found {shape:?}");
            Err(TorchError::new(asker, &message))
        }
    }
}

/// Refuses targets of logits `[batch, …, classes]` that have another shape than the logits, or than
/// their leading dimensions.
pub(super) fn check_sequences(
    logits: &Tensor,
    target: &Tensor,
    asker: &str,
) -> Result<(), TorchError> {
    let (shape, found) = (logits.size(), target.size());
    let numbers = target.kind() == Kind::Int64 && found == shape[..shape.len() - 1];
    let probabilities = target.kind() != Kind::Int64 && found == shape;
    if numbers || probabilities { Ok(()) } else { Err(misfit(logits, target, asker)) }
}

fn misfit(output: &Tensor, target: &Tensor, asker: &str) -> TorchError {
    let message = format!(
        "the output has shape {:?} and the target {:?}; expected class numbers of the shape \
         without the last dimension, or class probabilities of the whole shape",
        output.size(),
        target.size()
    );
    TorchError::new(asker, &message)
}

/// The target in the output's shape and kind: class numbers become one-hot rows, everything else
/// must have that shape already.
pub(super) fn like(target: &Tensor, output: &Tensor, asker: &str) -> Result<Tensor, TorchError> {
    let (found, wanted) = (target.size(), output.size());
    if found == wanted {
        return in_kind(target, output.kind(), asker);
    }
    if let (Kind::Int64, [leading @ .., classes]) = (target.kind(), &wanted[..])
        && !leading.is_empty()
        && found == leading
    {
        return in_kind(&target.f_one_hot(*classes).during(asker)?, output.kind(), asker);
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
        assert_eq!(classes(&output, &rows, "f1").unwrap(), Tensor::from_slice(&[2_i64, 0]));
    }

    #[test]
    fn every_token_has_its_class() {
        let output = Tensor::from_slice(&[0.0_f32; 12]).view([2, 2, 3]);
        let numbers = Tensor::from_slice(&[2_i64, 0, 1, 1]).view([2, 2]);
        let rows = like(&numbers, &output, "mse").unwrap();
        assert_eq!(rows.size(), [2, 2, 3]);
        assert_eq!(classes(&output, &rows, "f1").unwrap(), numbers);
        check_sequences(&output, &numbers, "f1").unwrap();
        check_sequences(&output, &rows, "f1").unwrap();
        // Two samples of two tokens: comparing would stretch it.
        let one_each = Tensor::from_slice(&[2_i64, 0]);
        let expected = "f1: the output has shape [2, 2, 3] and the target [2]; expected class \
                        numbers of the shape without the last dimension, or class probabilities of \
                        the whole shape";
        let error = classes(&output, &one_each, "f1").unwrap_err().to_string();
        assert_eq!(error, expected);
        let error = check_sequences(&output, &one_each, "f1").unwrap_err().to_string();
        assert_eq!(error, expected);
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
