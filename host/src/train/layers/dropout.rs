//! Dropout in its forms. All draw from torch's generator in training, and nothing otherwise; what is
//! left is divided by 1 − p, so that the expected value stays.

use tch::Tensor;

use crate::train::torch::{During, TorchError};

/// Every element is dropped with probability `p`, by itself.
///
/// # Errors
/// A probability outside [0, 1].
pub fn dropout(input: &Tensor, p: f64, training: bool) -> Result<Tensor, TorchError> {
    input.f_dropout(p, training).during("dropout")
}

/// Of sequences `[batch, time, features]`: a feature of a sample is dropped at all times or at none
/// (Gal and Ghahramani, A theoretically grounded application of dropout in recurrent neural networks,
/// 2016).
///
/// # Errors
/// A probability outside [0, 1]; another number of dimensions.
pub fn locked_dropout(input: &Tensor, p: f64, training: bool) -> Result<Tensor, TorchError> {
    let [batch, _, features] = input.size()[..] else {
        let message = format!("expected [batch, time, features], found {:?}", input.size());
        return Err(TorchError::new("locked dropout", &message));
    };
    masked(input, &[batch, 1, features], p, training)
}

/// Of a table `[rows, features]`: a row is dropped whole, or not at all.
///
/// # Errors
/// A probability outside [0, 1]; another number of dimensions.
pub fn row_dropout(table: &Tensor, p: f64, training: bool) -> Result<Tensor, TorchError> {
    let [rows, _] = table.size()[..] else {
        let message = format!("expected [rows, features], found {:?}", table.size());
        return Err(TorchError::new("row dropout", &message));
    };
    masked(table, &[rows, 1], p, training)
}

/// Times a mask of this shape, which is stretched to the input's.
fn masked(input: &Tensor, shape: &[i64], p: f64, training: bool) -> Result<Tensor, TorchError> {
    let what = "dropout";
    if !training || p == 0.0 {
        return Ok(input.shallow_clone());
    }
    let ones = Tensor::f_ones(shape, (input.kind(), input.device())).during(what)?;
    input.f_mul(&ones.f_dropout(p, true).during(what)?).during(what)
}

#[cfg(test)]
mod tests {
    use tch::Kind;

    use super::*;
    use crate::train::layers::FLOAT;
    use crate::train::torch::{manual_seed, rng_state, seeding};

    type Dropout = fn(&Tensor, f64, bool) -> Result<Tensor, TorchError>;

    fn ones(size: &[i64]) -> Tensor {
        Tensor::ones(size, FLOAT)
    }

    #[test]
    fn without_training_nothing_is_dropped_or_drawn() {
        let _lock = seeding();
        let before = rng_state(tch::Device::Cpu).unwrap();
        let all: [(Dropout, Tensor); 3] = [
            (dropout, ones(&[4])),
            (locked_dropout, ones(&[2, 3, 4])),
            (row_dropout, ones(&[5, 2])),
        ];
        for (drop, input) in all {
            assert_eq!(drop(&input, 0.5, false).unwrap(), input);
            assert_eq!(drop(&input, 0.0, true).unwrap(), input);
        }
        assert_eq!(rng_state(tch::Device::Cpu).unwrap(), before);
    }

    #[test]
    fn a_locked_mask_is_the_same_at_all_times() {
        let _lock = seeding();
        manual_seed(3).unwrap();
        let dropped = locked_dropout(&ones(&[4, 7, 50]), 0.3, true).unwrap();
        let first = dropped.narrow(1, 0, 1);
        assert_eq!(dropped, first.expand([4, 7, 50], false));
        // But not in all samples.
        assert_ne!(first.get(0), first.get(1));
    }

    #[test]
    fn rows_are_dropped_whole() {
        let _lock = seeding();
        manual_seed(4).unwrap();
        let dropped = row_dropout(&ones(&[50, 6]), 0.5, true).unwrap();
        let sums =
            Vec::<f32>::try_from(dropped.sum_dim_intlist([1].as_slice(), false, Kind::Float));
        assert!(sums.unwrap().iter().all(|&sum| sum == 0.0 || sum == 12.0));
    }

    /// A mean over 40,000 masks of p = 0.3 deviates by √(0.3 / 0.7 / 40,000) = 0.0033.
    #[test]
    fn the_expected_value_stays() {
        let _lock = seeding();
        manual_seed(5).unwrap();
        let all: [(Dropout, Tensor); 3] = [
            (dropout, ones(&[40_000])),
            (locked_dropout, ones(&[400, 2, 100])),
            (row_dropout, ones(&[40_000, 1])),
        ];
        for (drop, input) in all {
            let mean = drop(&input, 0.3, true).unwrap().mean(Kind::Double).double_value(&[]);
            assert!((mean - 1.0).abs() < 4.0 * 0.0033, "{mean}");
        }
    }

    #[test]
    fn what_has_another_shape_is_refused() {
        let error = locked_dropout(&ones(&[4]), 0.5, true).unwrap_err().to_string();
        assert_eq!(error, "locked dropout: expected [batch, time, features], found [4]");
        let error = row_dropout(&ones(&[4]), 0.5, true).unwrap_err().to_string();
        assert_eq!(error, "row dropout: expected [rows, features], found [4]");
    }
}
