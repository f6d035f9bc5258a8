//! The optimizer's part of a run file, with PyTorch's defaults.

use super::rule::Rule;
use super::{Hyper, Hypers, OptimError, PerGroup};

/// `[optimizer]` of a run file. A key that another kind has is refused.
///
/// `lr`, `mom`, `wd` and `beta` are one value, a list with one for each layer group, or a spread.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OptimConfig {
    /// Which one.
    pub kind: OptimKind,
    /// Learning rate; default 0.001, RMSprop 0.01.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lr: Option<PerGroup>,
    /// Momentum of SGD and RMSprop (default 0), beta1 of Adam (default 0.9).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mom: Option<PerGroup>,
    /// Weight decay; default 0, `adamw` 0.01.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wd: Option<PerGroup>,
    /// Beta2 of Adam (default 0.999), alpha of RMSprop (default 0.99). SGD has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beta: Option<PerGroup>,
    /// Added to the denominator of Adam and RMSprop; default 1e-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eps: Option<f64>,
    /// Decoupled weight decay, p ← p·(1 − lr·wd) before the step, instead of L2; default: for
    /// `adamw` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub true_wd: Option<bool>,
    /// Whether biases and the weights of normalisations decay as well, L2 or decoupled; default yes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decay_norm_bias: Option<bool>,
    /// SGD with Nesterov's momentum; plain descent while `mom` is 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nesterov: Option<bool>,
    /// RMSprop that divides by the gradients' deviation from their mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub centered: Option<bool>,
    /// Adam that divides by the greatest mean square so far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amsgrad: Option<bool>,
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

    /// PyTorch's defaults.
    fn defaults(self) -> Hypers {
        let (lr, mom, wd, beta) = match self {
            Self::Sgd => (1e-3, 0.0, 0.0, None),
            Self::Adam => (1e-3, 0.9, 0.0, Some(0.999)),
            Self::AdamW => (1e-3, 0.9, 0.01, Some(0.999)),
            Self::RmsProp => (1e-2, 0.0, 0.0, Some(0.99)),
        };
        Hypers { lr, mom, wd, beta }
    }
}

impl OptimConfig {
    /// An optimizer with PyTorch's defaults.
    #[must_use]
    pub fn new(kind: OptimKind) -> Self {
        Self {
            kind,
            lr: None,
            mom: None,
            wd: None,
            beta: None,
            eps: None,
            true_wd: None,
            decay_norm_bias: None,
            nesterov: None,
            centered: None,
            amsgrad: None,
        }
    }

    /// Whether decay is decoupled.
    #[must_use]
    pub fn true_wd(&self) -> bool {
        self.true_wd.unwrap_or(self.kind == OptimKind::AdamW)
    }

    /// Whether biases and the weights of normalisations decay as well.
    #[must_use]
    pub fn decay_norm_bias(&self) -> bool {
        self.decay_norm_bias.unwrap_or(true)
    }

    /// Added to the denominator.
    #[must_use]
    pub fn eps(&self) -> f64 {
        self.eps.unwrap_or(1e-8)
    }

    /// The update rule.
    pub(super) fn rule(&self) -> Result<Rule, OptimError> {
        self.check_options()?;
        let eps = self.eps();
        Ok(match self.kind {
            OptimKind::Sgd => Rule::Sgd { nesterov: self.nesterov.unwrap_or(false) },
            OptimKind::Adam | OptimKind::AdamW => {
                Rule::Adam { amsgrad: self.amsgrad.unwrap_or(false), eps }
            }
            OptimKind::RmsProp => Rule::RmsProp { centered: self.centered.unwrap_or(false), eps },
        })
    }

    /// The hyper-parameters that each layer group starts with.
    ///
    /// # Errors
    /// A value out of its range; a beta for SGD; a list with another number of groups.
    pub fn hypers(&self, groups: &[String]) -> Result<Vec<Hypers>, OptimError> {
        let mut all = vec![self.kind.defaults(); groups.len()];
        let given = [&self.lr, &self.mom, &self.wd, &self.beta];
        for (hyper, given) in Hyper::ALL.into_iter().zip(given) {
            let Some(given) = given else { continue };
            for (hypers, value) in all.iter_mut().zip(given.values(hyper, groups)?) {
                hypers.set(self.kind, hyper, value)?;
            }
        }
        Ok(all)
    }

    fn check_options(&self) -> Result<(), OptimError> {
        let (sgd, rmsprop) = (self.kind == OptimKind::Sgd, self.kind == OptimKind::RmsProp);
        let adam = !sgd && !rmsprop;
        let options = [
            ("nesterov", self.nesterov.is_some(), sgd, "sgd has"),
            ("centered", self.centered.is_some(), rmsprop, "rmsprop has"),
            ("amsgrad", self.amsgrad.is_some(), adam, "adam and adamw have"),
            ("eps", self.eps.is_some(), !sgd, "adam, adamw and rmsprop have"),
        ];
        for (option, given, has, owners) in options {
            if given && !has {
                return Err(OptimError::NoSuchOption { kind: self.kind, option, owners });
            }
        }
        match self.eps() {
            eps if eps.is_finite() && eps >= 0.0 => Ok(()),
            value => Err(OptimError::Range { name: "eps", range: "at least 0", value }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> OptimConfig {
        toml::from_str(text).unwrap()
    }

    fn hypers(text: &str) -> Result<Vec<Hypers>, OptimError> {
        read(text).hypers(&["body".to_owned(), "head".to_owned()])
    }

    #[test]
    fn defaults_are_pytorchs() {
        let expected = Hypers { lr: 1e-3, mom: 0.9, wd: 0.01, beta: Some(0.999) };
        assert_eq!(hypers("kind = 'adamw'").unwrap(), [expected; 2]);
        assert_eq!(hypers("kind = 'rmsprop'\nlr = 0.5").unwrap()[0].lr, 0.5);
        let adamw = read("kind = 'adamw'");
        assert!(adamw.true_wd() && adamw.decay_norm_bias());
        assert!(!read("kind = 'adam'").true_wd());
        assert!(read("kind = 'sgd'\ntrue-wd = true").true_wd());
        assert_eq!(adamw.rule().unwrap(), Rule::Adam { amsgrad: false, eps: 1e-8 });
    }

    #[test]
    fn groups_differ_where_the_file_says_so() {
        let all = hypers("kind = 'sgd'\nlr = { to = 1.0 }\nwd = [0.1, 0.2]\nmom = 0.9").unwrap();
        let expected = |lr, wd| Hypers { lr, mom: 0.9, wd, beta: None };
        assert_eq!(all, [expected(0.1, 0.1), expected(1.0, 0.2)]);
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        let error = |text: &str| hypers(text).unwrap_err().to_string();
        assert_eq!(error("kind = 'sgd'\nbeta = 0.9"), "sgd has no hyper-parameter `beta`");
        assert_eq!(error("kind = 'adam'\nmom = 1.0"), "mom must be in [0, 1), got 1");
        assert_eq!(error("kind = 'adam'\nlr = nan"), "lr must be finite and at least 0, got NaN");
        assert_eq!(
            error("kind = 'adam'\nlr = [1, -1]"),
            "lr must be finite and at least 0, got -1"
        );
        assert!(error("kind = 'adam'\nmom = [0.9]").contains("the layer groups are body, head"));
        let error = |text: &str| read(text).rule().unwrap_err().to_string();
        assert_eq!(error("kind = 'adam'\neps = -1.0"), "eps must be at least 0, got -1");
        assert!(toml::from_str::<OptimConfig>("kind = 'adam'\nmomentum = 1").is_err());
    }

    #[test]
    fn an_option_of_another_kind_is_refused_with_the_kind_that_has_it() {
        let error = |text: &str| read(text).rule().unwrap_err().to_string();
        let has = |kind: &str, option: &str, owners: &str| {
            format!(
                "{kind} has no `{option}`: only {owners} it; take the key out, or change `kind`"
            )
        };
        let adams = "adam and adamw have";
        assert_eq!(error("kind = 'adam'\nnesterov = true"), has("adam", "nesterov", "sgd has"));
        assert_eq!(error("kind = 'sgd'\ncentered = false"), has("sgd", "centered", "rmsprop has"));
        assert_eq!(error("kind = 'rmsprop'\namsgrad = true"), has("rmsprop", "amsgrad", adams));
        assert!(error("kind = 'sgd'\neps = 1e-8").contains("only adam, adamw and rmsprop have it"));
        let rule = |text: &str| read(text).rule().unwrap();
        assert_eq!(rule("kind = 'sgd'\nnesterov = true"), Rule::Sgd { nesterov: true });
        assert_eq!(
            rule("kind = 'adamw'\namsgrad = true\neps = 0.5"),
            Rule::Adam { amsgrad: true, eps: 0.5 }
        );
        assert_eq!(
            rule("kind = 'rmsprop'\ncentered = true"),
            Rule::RmsProp { centered: true, eps: 1e-8 }
        );
    }

    #[test]
    fn a_table_is_written_as_it_was_read() {
        let config = read(
            "kind = 'adamw'\namsgrad = true\ndecay-norm-bias = false\nmom = [0.9, 0.8]\n\
             lr = { from = 0.1, to = 1.0 }",
        );
        assert_eq!(read(&toml::to_string(&config).unwrap()), config);
    }
}
