//! Effective right = declared ∩ granted ∩ bounded: what a callback's standing gives it.

use super::{Descriptor, Grant, Hyper, POWERS, Rules, Standing};

/// Powers of a dropped file unless the run file says otherwise.
pub const DEFAULT_POWERS: [&str; 6] = ["control", "lr", "mom", "wd", "beta", "gradients"];

/// What a user's word gives a callback.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Grants {
    /// What its standing gives.
    #[default]
    Standing,
    /// These and no others.
    Given(Vec<Given>),
}

/// A power that a user gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// One of [`POWERS`].
    pub power: String,
    /// How far it goes.
    pub extent: Extent,
}

/// How far a given power goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Extent {
    /// As far as the standing gives it.
    Standing,
    /// As far as these bounds, and no further than the standing gives it.
    Within {
        /// Least value in effect.
        min: Option<f64>,
        /// Greatest value in effect.
        max: Option<f64>,
    },
    /// As far as these bounds.
    Bounds {
        /// Least value in effect; for `control`, the first step at which it may stop.
        min: Option<f64>,
        /// Greatest value in effect.
        max: Option<f64>,
    },
}

impl Given {
    /// The same, and no further than the standing gives it.
    #[must_use]
    pub fn within_standing(self) -> Given {
        let extent = match self.extent {
            Extent::Bounds { min, max } => Extent::Within { min, max },
            other => other,
        };
        Given { extent, ..self }
    }
}

/// What is granted, of what is declared.
///
/// # Errors
/// Which needed powers are missing, and what grants them.
pub(super) fn settle(
    descriptor: &Descriptor,
    standing: Standing,
    (grants, remedy): (&Grants, &str),
    rules: &Rules,
    start: &[Hyper],
) -> Result<Vec<Grant>, String> {
    let declared = || descriptor.needs.iter().chain(&descriptor.wants);
    if let Some(unknown) = descriptor.needs.iter().find(|need| !POWERS.contains(&need.as_str())) {
        return Err(format!(
            "it needs the power `{unknown}`, which this version of callbox does not know; \
             it knows {}",
            POWERS.join(", ")
        ));
    }
    let known = declared().filter(|power| POWERS.contains(&power.as_str()));
    let by_standing = |power: &str| match standing {
        Standing::Native | Standing::Named => Some(unbounded(power)),
        Standing::Dropped => {
            let default = rules.default_powers.iter().any(|other| other == power);
            default.then(|| default_grant(power, start))
        }
    };
    let mut granted: Vec<Grant> = Vec::new();
    for grant in known.filter_map(|power| grants.of(power, by_standing(power))) {
        // A power may stand in both lists.
        if granted.iter().all(|other| other.power != grant.power) {
            granted.push(grant);
        }
    }
    granted.iter().try_for_each(check_bounds)?;
    let lacks = |need: &&String| granted.iter().all(|grant| grant.power != **need);
    let missing: Vec<&str> = descriptor.needs.iter().filter(lacks).map(String::as_str).collect();
    if missing.is_empty() { Ok(granted) } else { Err(refusal(&missing, remedy)) }
}

/// Powers that a callback wants, that callbox knows and that it does not get.
pub(super) fn denied(descriptor: &Descriptor, granted: &[Grant]) -> Vec<String> {
    let lacks = |power: &&String| granted.iter().all(|grant| grant.power != **power);
    let known = |power: &&String| POWERS.contains(&power.as_str());
    let mut denied: Vec<String> =
        descriptor.wants.iter().filter(known).filter(lacks).cloned().collect();
    denied.dedup();
    denied
}

impl Grants {
    fn of(&self, power: &str, by_standing: Option<Grant>) -> Option<Grant> {
        let given = |all: &[Given]| all.iter().find(|given| given.power == power).cloned();
        match self {
            Grants::Standing => by_standing,
            Grants::Given(all) => given(all)?.grant(by_standing),
        }
    }
}

impl Given {
    fn grant(&self, by_standing: Option<Grant>) -> Option<Grant> {
        match self.extent {
            Extent::Standing => by_standing,
            Extent::Bounds { min, max } => Some(Grant { power: self.power.clone(), min, max }),
            Extent::Within { min, max } => {
                let standing = by_standing?;
                Some(both(Grant { power: self.power.clone(), min, max }, &standing))
            }
        }
    }
}

/// The narrower of the bounds at either end.
fn both(one: Grant, other: &Grant) -> Grant {
    let narrower = |a: Option<f64>, b: Option<f64>, choose: fn(f64, f64) -> f64| match (a, b) {
        (Some(a), Some(b)) => Some(choose(a, b)),
        (one, None) | (None, one) => one,
    };
    Grant {
        min: narrower(one.min, other.min, f64::max),
        max: narrower(one.max, other.max, f64::min),
        power: one.power,
    }
}

/// TOML can say `nan`, which would bound nothing where the user meant to; what an entry and a standing leave
/// together may be nothing.
fn check_bounds(grant: &Grant) -> Result<(), String> {
    let (min, max) = (grant.min.unwrap_or(f64::MIN), grant.max.unwrap_or(f64::MAX));
    if min <= max {
        return Ok(());
    }
    Err(format!(
        "no value is within its grant {}; give numbers, min no more than max",
        describe(grant)
    ))
}

fn refusal(missing: &[&str], remedy: &str) -> String {
    let needed = missing.join(" and ");
    if remedy.is_empty() {
        return format!("it needs the power {needed}, which it is not granted");
    }
    let wanted = missing.join(" ");
    format!("it needs the power {needed}, which it is not granted; {remedy} {wanted}")
}

fn unbounded(power: &str) -> Grant {
    Grant { power: power.to_owned(), min: None, max: None }
}

/// A stranger may raise lr to ten times its start, wd to ten times or 0.1, whichever is more.
fn default_grant(power: &str, start: &[Hyper]) -> Grant {
    let greatest = |of: fn(&Hyper) -> f64| start.iter().map(of).fold(0.0, f64::max);
    let max = match power {
        "lr" => Some(10.0 * greatest(|hyper| hyper.lr)),
        "wd" => Some((10.0 * greatest(|hyper| hyper.wd)).max(0.1)),
        _ => None,
    };
    Grant { max, ..unbounded(power) }
}

/// As the start table shows it: `lr ≤ 0.1`, `control from step 100`.
#[must_use]
pub fn describe(grant: &Grant) -> String {
    match (grant.min, grant.max) {
        (None, None) => grant.power.clone(),
        (Some(step), _) if grant.power == "control" => format!("control from step {step}"),
        (None, Some(max)) => format!("{} ≤ {max}", grant.power),
        (Some(min), None) => format!("{} ≥ {min}", grant.power),
        (Some(min), Some(max)) => format!("{min} ≤ {} ≤ {max}", grant.power),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: [Hyper; 1] = [Hyper { lr: 0.01, mom: Some(0.9), wd: 0.0, beta: None }];

    fn descriptor(needs: &[&str], wants: &[&str]) -> Descriptor {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Descriptor {
            name: "p".into(),
            needs: owned(needs),
            wants: owned(wants),
            ..Descriptor::default()
        }
    }

    fn settle_with(
        descriptor: &Descriptor,
        standing: Standing,
        grants: &Grants,
    ) -> Result<Vec<String>, String> {
        let granted = settle(descriptor, standing, (grants, "type"), &Rules::default(), &START)?;
        Ok(granted.iter().map(describe).collect())
    }

    fn given(power: &str, min: Option<f64>, max: Option<f64>) -> Given {
        Given { power: power.to_owned(), extent: Extent::Bounds { min, max } }
    }

    #[test]
    fn a_named_plugin_is_granted_what_it_declares() {
        let both = descriptor(&["lr"], &["weights"]);
        let granted = settle_with(&both, Standing::Named, &Grants::Standing).unwrap();
        assert_eq!(granted, ["lr", "weights"]);
    }

    #[test]
    fn a_dropped_file_gets_default_powers_with_bounds() {
        let many = descriptor(&["lr"], &["wd", "weights"]);
        let granted = settle_with(&many, Standing::Dropped, &Grants::Standing);
        assert_eq!(granted.unwrap(), ["lr ≤ 0.1", "wd ≤ 0.1"]);
        let lr =
            settle(&many, Standing::Dropped, (&Grants::Standing, ""), &Rules::default(), &START);
        assert_eq!(denied(&many, &lr.unwrap()), ["weights"]);
    }

    #[test]
    fn a_missing_need_names_the_remedy() {
        let weights = descriptor(&["weights"], &[]);
        let refused = settle_with(&weights, Standing::Dropped, &Grants::Standing);
        assert_eq!(
            refused.unwrap_err(),
            "it needs the power weights, which it is not granted; type weights"
        );
    }

    #[test]
    fn bounds_without_a_value_between_them_are_refused() {
        let settled = |min, max| {
            let grants = Grants::Given(vec![given("lr", min, max)]);
            settle_with(&descriptor(&["lr"], &[]), Standing::Named, &grants)
        };
        assert_eq!(
            settled(Some(0.5), Some(0.1)).unwrap_err(),
            "no value is within its grant 0.5 ≤ lr ≤ 0.1; give numbers, min no more than max"
        );
        assert!(settled(None, Some(f64::NAN)).is_err());
        assert!(settled(Some(f64::NAN), None).is_err());
        assert!(settled(Some(0.1), Some(0.1)).is_ok());
    }

    #[test]
    fn nothing_is_granted_beyond_the_declaration() {
        let grants = Grants::Given(vec![given("lr", None, None), given("control", None, None)]);
        let granted = settle_with(&descriptor(&["lr"], &["lr"]), Standing::Named, &grants);
        assert_eq!(granted.unwrap(), ["lr"]);
    }

    #[test]
    fn what_was_given_goes_beyond_the_standing_or_stays_below_it() {
        let asks = descriptor(&[], &["control", "lr", "wd", "weights", "mom"]);
        let as_default = Given { power: "wd".into(), extent: Extent::Standing };
        let grants = Grants::Given(vec![
            given("control", Some(100.0), None),
            given("lr", Some(1e-6), Some(1.0)),
            given("weights", None, None),
            as_default,
        ]);
        let granted = settle_with(&asks, Standing::Dropped, &grants).unwrap();
        let expected = ["control from step 100", "0.000001 ≤ lr ≤ 1", "wd ≤ 0.1", "weights"];
        assert_eq!(granted, expected);
    }

    /// Another file under the same name has what any stranger has, and no more than before.
    #[test]
    fn a_changed_file_keeps_limits_and_loses_what_went_beyond_its_standing() {
        let asks = descriptor(&[], &["control", "lr", "weights", "mom"]);
        let before = [
            given("control", Some(100.0), None),
            given("lr", Some(1e-6), Some(1.0)),
            given("weights", None, None),
        ];
        let before = Grants::Given(before.into_iter().map(Given::within_standing).collect());
        let dropped = settle_with(&asks, Standing::Dropped, &before).unwrap();
        assert_eq!(dropped, ["control from step 100", "0.000001 ≤ lr ≤ 0.1"]);
        let named = settle_with(&asks, Standing::Named, &before).unwrap();
        assert_eq!(named, ["control from step 100", "0.000001 ≤ lr ≤ 1", "weights"]);
    }
}
