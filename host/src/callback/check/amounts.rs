//! Numbers and names that make no sense wherever they are said.

use crate::callback::admission::is_plain;
use crate::callback::{Signal, SlotOp};

/// A number out of its range, a name that is none.
pub(super) fn check(signal: &Signal) -> Result<(), String> {
    match signal {
        Signal::ScaleGrad(x) => demand(x.is_finite(), signal, "a factor is a finite number"),
        Signal::ClipGradValue(x) | Signal::ClipGradNorm(x) => {
            demand(x.is_finite() && *x > 0.0, signal, "a bound is finite and greater than 0")
        }
        Signal::ClipGradAdaptive(factor, floor) => demand(
            factor.is_finite() && *factor > 0.0 && floor.is_finite() && *floor >= 0.0,
            signal,
            "the factor is finite and greater than 0, the floor finite and at least 0",
        ),
        Signal::NoiseGrad(x) => demand(
            x.is_finite() && *x >= 0.0,
            signal,
            "a standard deviation is finite and at least 0",
        ),
        Signal::Slot(op) => check_slot(signal, op),
        Signal::Checkpoint(name) => {
            demand(is_plain(name), signal, NAME)?;
            demand(name != "last", signal, "`last` is the program's own")
        }
        _ => Ok(()),
    }
}

const NAME: &str = "a name is 1 to 64 lower-case letters, digits and hyphens";

fn check_slot(signal: &Signal, op: &SlotOp) -> Result<(), String> {
    demand(is_plain(op.slot()), signal, NAME)?;
    match op {
        SlotOp::Blend(_, weight) => {
            demand((0.0..=1.0).contains(weight), signal, "a weight is in [0, 1]")
        }
        _ => Ok(()),
    }
}

fn demand(holds: bool, signal: &Signal, rule: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(format!("`{signal}`: {rule}")) }
}
