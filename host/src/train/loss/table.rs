//! `[loss]` of a run file.

use super::Loss;

/// The loss as the run file writes it.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct LossTable {
    kind: LossKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    label_smoothing: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    beta: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum LossKind {
    CrossEntropy,
    BceWithLogits,
    Mse,
    #[serde(alias = "l1")]
    Mae,
    SmoothL1,
}

/// A loss that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum LossError {
    /// Label smoothing out of range.
    #[error("loss.label-smoothing must be in [0, 1], got {0}")]
    Smoothing(f64),
    /// Label smoothing of another loss.
    #[error("loss.label-smoothing belongs to kind `cross-entropy`; kind `{0}` has none")]
    NoSmoothing(&'static str),
    /// A bound that divides by nothing.
    #[error("loss.beta must be a number above 0, got {0}; kind `mae` is the limit at 0")]
    Beta(f64),
    /// A bound of another loss.
    #[error("loss.beta belongs to kind `smooth-l1`; kind `{0}` has none")]
    NoBeta(&'static str),
}

impl From<LossKind> for Loss {
    fn from(kind: LossKind) -> Self {
        match kind {
            LossKind::CrossEntropy => Self::cross_entropy(),
            LossKind::BceWithLogits => Self::BceWithLogits,
            LossKind::Mse => Self::Mse,
            LossKind::Mae => Self::Mae,
            LossKind::SmoothL1 => Self::SmoothL1 { beta: 1.0 },
        }
    }
}

impl TryFrom<LossTable> for Loss {
    type Error = LossError;

    fn try_from(table: LossTable) -> Result<Self, LossError> {
        let mut loss = Loss::from(table.kind);
        if let Some(value) = table.label_smoothing {
            loss = smoothed(loss, value)?;
        }
        if let Some(value) = table.beta {
            loss = bounded(loss, value)?;
        }
        Ok(loss)
    }
}

fn smoothed(loss: Loss, value: f64) -> Result<Loss, LossError> {
    match loss {
        Loss::CrossEntropy { .. } if (0.0..=1.0).contains(&value) => {
            Ok(Loss::CrossEntropy { label_smoothing: value })
        }
        Loss::CrossEntropy { .. } => Err(LossError::Smoothing(value)),
        other => Err(LossError::NoSmoothing(other.name())),
    }
}

fn bounded(loss: Loss, value: f64) -> Result<Loss, LossError> {
    match loss {
        Loss::SmoothL1 { .. } if value > 0.0 && value.is_finite() => {
            Ok(Loss::SmoothL1 { beta: value })
        }
        Loss::SmoothL1 { .. } => Err(LossError::Beta(value)),
        other => Err(LossError::NoBeta(other.name())),
    }
}

impl From<Loss> for LossTable {
    fn from(loss: Loss) -> Self {
        let plain = |kind| LossTable { kind, label_smoothing: None, beta: None };
        match loss {
            Loss::CrossEntropy { label_smoothing } => LossTable {
                label_smoothing: (label_smoothing != 0.0).then_some(label_smoothing),
                ..plain(LossKind::CrossEntropy)
            },
            Loss::BceWithLogits => plain(LossKind::BceWithLogits),
            Loss::Mse => plain(LossKind::Mse),
            Loss::Mae => plain(LossKind::Mae),
            Loss::SmoothL1 { beta } => {
                LossTable { beta: (beta != 1.0).then_some(beta), ..plain(LossKind::SmoothL1) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_file_names_it() {
        let read = |text: &str| toml::from_str::<Loss>(text);
        let refused = |text: &str| read(text).unwrap_err().message().to_owned();
        assert_eq!(read("kind = 'cross-entropy'").unwrap(), Loss::default());
        let smooth = "kind = \"cross-entropy\"\nlabel-smoothing = 0.1\n";
        assert_eq!(read(smooth).unwrap(), Loss::CrossEntropy { label_smoothing: 0.1 });
        assert_eq!(toml::to_string(&read(smooth).unwrap()).unwrap(), smooth);
        assert_eq!(read("kind = 'mae'").unwrap(), Loss::Mae);
        assert_eq!(
            refused("kind = 'msee'"),
            "unknown variant `msee`, expected one of `cross-entropy`, `bce-with-logits`, `mse`, `l1`, \
             `mae`, `smooth-l1`"
        );
        assert_eq!(
            refused("kind = 'cross-entropy'\nlabel-smoothing = 1.5"),
            "loss.label-smoothing must be in [0, 1], got 1.5"
        );
        assert_eq!(
            refused("kind = 'mse'\nlabel-smoothing = 0.1"),
            "loss.label-smoothing belongs to kind `cross-entropy`; kind `mse` has none"
        );
    }

    #[test]
    fn a_bound_belongs_to_smooth_l1() {
        let read = |text: &str| toml::from_str::<Loss>(text);
        let refused = |text: &str| read(text).unwrap_err().message().to_owned();
        assert_eq!(read("kind = 'smooth-l1'").unwrap(), Loss::SmoothL1 { beta: 1.0 });
        let half = "kind = \"smooth-l1\"\nbeta = 0.5\n";
        assert_eq!(toml::to_string(&read(half).unwrap()).unwrap(), half);
        for wrong in ["0.0", "-1.0", "nan", "inf"] {
            let told = refused(&format!("kind = 'smooth-l1'\nbeta = {wrong}"));
            assert!(told.starts_with("loss.beta must be a number above 0, got "), "{told}");
        }
        assert_eq!(
            refused("kind = 'mae'\nbeta = 1.0"),
            "loss.beta belongs to kind `smooth-l1`; kind `mae` has none"
        );
    }

    #[test]
    fn l1_is_another_name_for_mae() {
        let l1 = toml::from_str::<Loss>("kind = 'l1'").unwrap();
        assert_eq!(l1, Loss::Mae);
        assert_eq!(toml::to_string(&l1).unwrap(), "kind = \"mae\"\n");
        for kind in ["bce-with-logits", "mse", "smooth-l1"] {
            let text = format!("kind = \"{kind}\"\n");
            let loss = toml::from_str::<Loss>(&text).unwrap();
            assert_eq!((loss.name(), toml::to_string(&loss).unwrap()), (kind, text));
        }
    }
}
