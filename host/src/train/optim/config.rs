//! The optimizer's part of a run file, with PyTorch's defaults.

use super::{Hyper, Hypers, OptimError};

/// `[optimizer]` of a run file.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OptimConfig {
    /// Which one.
    pub kind: OptimKind,
    /// Learning rate; default 0.001, RMSprop 0.01.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lr: Option<f64>,
    /// Momentum of SGD and RMSprop (default 0), beta1 of Adam (default 0.9).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mom: Option<f64>,
    /// Weight decay; default 0, `adamw` 0.01.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wd: Option<f64>,
    /// Beta2 of Adam (default 0.999), alpha of RMSprop (default 0.99). SGD has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beta: Option<f64>,
    /// Added to the denominator of Adam and RMSprop; default 1e-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eps: Option<f64>,
    /// Decoupled weight decay, p ← p·(1 − lr·wd) before the step, instead of L2; default: for
    /// `adamw` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub true_wd: Option<bool>,
}

/// The optimizers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OptimKind {
    /// Stochastic gradient descent with momentum.
    Sgd,
    /// Adam with L2 decay.
    Adam,
    /// Adam with decoupled decay: `adam` with `true-wd`.
    AdamW,
    /// RMSprop.
    RmsProp,
}

impl OptimKind {
    /// The name in a run file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sgd => "sgd",
            Self::Adam => "adam",
            Self::AdamW => "adamw",
            Self::RmsProp => "rmsprop",
        }
    }

    /// Whether this optimizer has the hyper-parameter: SGD has no beta.
    #[must_use]
    pub fn has(self, hyper: Hyper) -> bool {
        !(self == Self::Sgd && hyper == Hyper::Beta)
    }
}

impl OptimConfig {
    /// An optimizer with PyTorch's defaults.
    #[must_use]
    pub fn new(kind: OptimKind) -> Self {
        Self { kind, lr: None, mom: None, wd: None, beta: None, eps: None, true_wd: None }
    }

    /// Whether decay is decoupled.
    #[must_use]
    pub fn true_wd(&self) -> bool {
        self.true_wd.unwrap_or(self.kind == OptimKind::AdamW)
    }

    /// Added to the denominator.
    #[must_use]
    pub fn eps(&self) -> f64 {
        self.eps.unwrap_or(1e-8)
    }

    /// The hyper-parameters that every group starts with.
    ///
    /// # Errors
    /// A value out of its range; a beta for SGD.
    pub fn hypers(&self) -> Result<Hypers, OptimError> {
        use OptimKind::{Adam, AdamW, RmsProp, Sgd};
        let (lr, mom, wd, beta) = match self.kind {
            Sgd => (1e-3, 0.0, 0.0, None),
            Adam => (1e-3, 0.9, 0.0, Some(0.999)),
            AdamW => (1e-3, 0.9, 0.01, Some(0.999)),
            RmsProp => (1e-2, 0.0, 0.0, Some(0.99)),
        };
        let mut hypers = Hypers { lr, mom, wd, beta };
        let given = [self.lr, self.mom, self.wd, self.beta];
        for (hyper, value) in Hyper::ALL.into_iter().zip(given) {
            if let Some(value) = value {
                hypers.set(self.kind, hyper, value)?;
            }
        }
        if !(self.eps().is_finite() && self.eps() >= 0.0) {
            return Err(OptimError::Range { name: "eps", range: "at least 0", value: self.eps() });
        }
        Ok(hypers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> OptimConfig {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn defaults_are_pytorchs() {
        let adamw = read("kind = 'adamw'");
        let expected = Hypers { lr: 1e-3, mom: 0.9, wd: 0.01, beta: Some(0.999) };
        assert_eq!(adamw.hypers().unwrap(), expected);
        assert!(adamw.true_wd() && !read("kind = 'adam'").true_wd());
        assert!(read("kind = 'sgd'\ntrue-wd = true").true_wd());
        assert_eq!(read("kind = 'rmsprop'\nlr = 0.5").hypers().unwrap().lr, 0.5);
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        let error = |text: &str| read(text).hypers().unwrap_err().to_string();
        assert_eq!(error("kind = 'sgd'\nbeta = 0.9"), "sgd has no hyper-parameter `beta`");
        assert_eq!(error("kind = 'adam'\nmom = 1.0"), "mom must be in [0, 1), got 1");
        assert_eq!(error("kind = 'adam'\nlr = nan"), "lr must be finite and at least 0, got NaN");
        assert_eq!(error("kind = 'adam'\neps = -1.0"), "eps must be at least 0, got -1");
        assert!(toml::from_str::<OptimConfig>("kind = 'adam'\nmomentum = 1").is_err());
    }
}
