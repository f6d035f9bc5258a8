//! How far the loss is scaled up for `f16`: the rules alone, without tensors.

/// Where it starts: fastai 1's.
const START: f64 = 65_536.0;
/// Below it, the scale would push gradients towards zero itself.
const LOWEST: f64 = 1.0;
/// fastai 1's cap.
const HIGHEST: f64 = 16_777_216.0;
/// Steps without an overflow before the scale doubles: fastai 1's.
const PATIENCE: u32 = 1_000;

/// The dynamic loss scale of fastai 1's mixed precision: from 2¹⁶, halved by an overflow, doubled
/// after 1,000 steps without one, up to 2²⁴.
///
/// It ends at 1 on the way down: gradients that are not finite there are not so because of the scale.
/// Each such step is dropped, and the scale stays, so that it recovers when the gradients do.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case", try_from = "Saved")]
pub struct LossScale {
    scale: f64,
    good_steps: u32,
}

/// As it stands in a checkpoint, not yet believed.
#[derive(serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Saved {
    scale: f64,
    good_steps: u32,
}

/// A saved loss scale that no run can have had.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error(
    "a loss scale of {scale} after {good_steps} good steps cannot be: expected a scale from \
     1 to 16777216, and fewer than 1000 steps"
)]
pub struct LossScaleError {
    /// What was given.
    pub scale: f64,
    /// What was given.
    pub good_steps: u32,
}

impl Default for LossScale {
    fn default() -> Self {
        LossScale { scale: START, good_steps: 0 }
    }
}

impl TryFrom<Saved> for LossScale {
    type Error = LossScaleError;

    fn try_from(saved: Saved) -> Result<Self, LossScaleError> {
        LossScale::restore(saved.scale, saved.good_steps)
    }
}

impl LossScale {
    /// What [`scale`](Self::scale) and [`good_steps`](Self::good_steps) gave.
    ///
    /// # Errors
    /// Numbers that they cannot have given.
    pub fn restore(scale: f64, good_steps: u32) -> Result<Self, LossScaleError> {
        if !(LOWEST..=HIGHEST).contains(&scale) || good_steps >= PATIENCE {
            return Err(LossScaleError { scale, good_steps });
        }
        Ok(LossScale { scale, good_steps })
    }

    /// The factor of the loss.
    #[must_use]
    pub fn scale(self) -> f64 {
        self.scale
    }

    /// Steps since the scale last changed or overflowed.
    #[must_use]
    pub fn good_steps(self) -> u32 {
        self.good_steps
    }

    /// A window of batches had a gradient that was not finite.
    pub(super) fn overflow(&mut self) {
        *self = LossScale { scale: (self.scale / 2.0).max(LOWEST), good_steps: 0 };
    }

    /// A step was made.
    pub(super) fn good_step(&mut self) {
        self.good_steps += 1;
        if self.good_steps == PATIENCE {
            *self = LossScale { scale: (self.scale * 2.0).min(HIGHEST), good_steps: 0 };
        }
    }
}

/// What to tell of a step that was dropped at this scale.
#[must_use]
pub fn overflow_notice(scale: f64) -> String {
    if scale <= LOWEST {
        return "gradients are not finite even at loss scale 1, the step is dropped: the loss itself \
                or the model's f16 numbers overflow; lower the learning rate, or use \
                precision = \"bf16\""
            .to_owned();
    }
    let next = (scale / 2.0).max(LOWEST);
    format!(
        "f16 gradients overflowed at loss scale {scale}: the step is dropped, the scale is {next} now"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(steps: u32, mut scale: LossScale) -> LossScale {
        (0..steps).for_each(|_| scale.good_step());
        scale
    }

    #[test]
    fn a_thousand_good_steps_double_it() {
        let scale = after(999, LossScale::default());
        assert_eq!((scale.scale(), scale.good_steps()), (65_536.0, 999));
        let scale = after(1, scale);
        assert_eq!((scale.scale(), scale.good_steps()), (131_072.0, 0));
    }

    #[test]
    fn an_overflow_halves_it_and_starts_the_count_again() {
        let mut scale = after(999, LossScale::default());
        scale.overflow();
        assert_eq!((scale.scale(), scale.good_steps()), (32_768.0, 0));
        assert_eq!(after(999, scale).scale(), 32_768.0);
    }

    #[test]
    fn it_stays_between_one_and_the_cap() {
        let mut scale = after(20_000, LossScale::default());
        assert_eq!(scale.scale(), 16_777_216.0);
        (0..100).for_each(|_| scale.overflow());
        assert_eq!(scale.scale(), 1.0);
        assert_eq!(after(1_000, scale).scale(), 2.0);
    }

    #[test]
    fn a_checkpoint_brings_it_back() {
        let mut scale = after(12, LossScale::default());
        let text = serde_json::to_string(&scale).unwrap();
        assert_eq!(text, r#"{"scale":65536.0,"good-steps":12}"#);
        assert_eq!(serde_json::from_str::<LossScale>(&text).unwrap(), scale);
        scale.overflow();
        assert_eq!(LossScale::restore(scale.scale(), scale.good_steps()), Ok(scale));
    }

    #[test]
    fn a_scale_that_cannot_be_is_refused() {
        for (scale, steps) in [(0.5, 0), (1e9, 0), (f64::NAN, 0), (f64::INFINITY, 0), (2.0, 1_000)]
        {
            assert!(LossScale::restore(scale, steps).is_err(), "{scale} {steps}");
        }
        let error = serde_json::from_str::<LossScale>(r#"{"scale":0.0,"good-steps":0}"#);
        let error = error.unwrap_err().to_string();
        assert!(error.starts_with("a loss scale of 0 after 0 good steps cannot be"), "{error}");
    }

    #[test]
    fn a_notice_says_whose_fault_it_is() {
        assert_eq!(
            overflow_notice(65_536.0),
            "f16 gradients overflowed at loss scale 65536: the step is dropped, the scale is 32768 now"
        );
        assert!(overflow_notice(1.0).starts_with("gradients are not finite even at loss scale 1"));
    }
}
