//! Powers as users write them: which there are, and which bounds each one can have.

use anyhow::{Result, bail};

use crate::callback::{Extent, Given, HyperName, POWERS};
use crate::nearest::nearest;

/// Bounds as written; whether the power has such bounds is not known here.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Bound {
    /// Least value in effect.
    pub min: Option<f64>,
    /// Greatest value in effect.
    pub max: Option<f64>,
    /// The first step at which it may stop anything.
    pub from_step: Option<u64>,
}

/// A mistyped power would silently be one that nobody asks for.
///
/// # Errors
/// A power that there is not, with the nearest one.
pub fn check_power(power: &str) -> Result<()> {
    if POWERS.contains(&power) {
        return Ok(());
    }
    match nearest(power, POWERS) {
        Some(near) => bail!("there is no power `{power}`; did you mean `{near}`?"),
        None => bail!("there is no power `{power}`; there are {}", POWERS.join(", ")),
    }
}

/// A power with its bounds, as the handler knows it.
///
/// # Errors
/// A power that there is not, or a bound that it does not have: it would silently hold nothing.
pub fn given(power: &str, bound: Bound) -> Result<Given> {
    check_power(power)?;
    let Bound { min, max, from_step } = bound;
    let is_hyper = HyperName::ALL.iter().any(|name| name.name() == power);
    if !is_hyper && (min.is_some() || max.is_some()) {
        bail!("`{power}` has no `min` and `max`; lr, mom, wd and beta have them");
    }
    if power != "control" && from_step.is_some() {
        bail!("`{power}` has no `from-step`; control has it");
    }
    if [min, max].into_iter().flatten().any(f64::is_nan) || min > max && max.is_some() {
        bail!("`{power}`: `min` is a number and not greater than `max`");
    }
    #[allow(clippy::cast_precision_loss, reason = "a number of steps is far below 2^53")]
    let min = min.or(from_step.map(|step| step as f64));
    Ok(Given { power: power.to_owned(), extent: Extent::Bounds { min, max } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(power: &str, bound: Bound) -> String {
        given(power, bound).unwrap_err().to_string()
    }

    #[test]
    fn a_bound_that_would_hold_nothing_is_an_error() {
        let none = Bound::default();
        assert_eq!(error("lrr", none), "there is no power `lrr`; did you mean `lr`?");
        let max = Bound { max: Some(1.0), ..none };
        assert!(error("weights", max).starts_with("`weights` has no `min` and `max`"));
        let from = Bound { from_step: Some(9), ..none };
        assert!(error("lr", from).starts_with("`lr` has no `from-step`"));
        let crossed = Bound { min: Some(2.0), max: Some(1.0), ..none };
        assert!(error("lr", crossed).contains("not greater than `max`"));
        assert!(error("lr", Bound { max: Some(f64::NAN), ..none }).contains("is a number"));
    }

    #[test]
    fn a_step_is_the_least_value_of_control() {
        let from = Bound { from_step: Some(9), ..Bound::default() };
        let extent = Extent::Bounds { min: Some(9.0), max: None };
        assert_eq!(given("control", from).unwrap().extent, extent);
    }
}
