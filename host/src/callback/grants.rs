//! Effective right = declared ∩ granted ∩ bounded: what a callback's standing gives it.

use super::{Descriptor, Grant, Hyper, POWERS, Standing};

/// Powers of a dropped file unless the run file says otherwise.
pub const DEFAULT_POWERS: [&str; 6] = ["control", "lr", "mom", "wd", "beta", "gradients"];

/// What is granted, of what is declared.
///
/// # Errors
/// Which needed powers are missing, and what grants them.
pub(super) fn settle(
    descriptor: &Descriptor,
    standing: Standing,
    given: Option<&[Grant]>,
    default_powers: &[String],
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
    given.into_iter().flatten().try_for_each(check_bounds)?;
    let grant = |power: &String| match (given, standing) {
        (Some(given), _) => given.iter().find(|grant| grant.power == *power).cloned(),
        (None, Standing::Native | Standing::Named) => Some(unbounded(power)),
        (None, Standing::Dropped) => {
            default_powers.contains(power).then(|| default_grant(power, start))
        }
    };
    let known = declared().filter(|power| POWERS.contains(&power.as_str()));
    let mut granted: Vec<Grant> = Vec::new();
    for grant in known.filter_map(grant) {
        // A power may stand in both lists.
        if granted.iter().all(|other| other.power != grant.power) {
            granted.push(grant);
        }
    }
    let lacks = |need: &&String| granted.iter().all(|grant| grant.power != **need);
    let missing: Vec<&str> = descriptor.needs.iter().filter(lacks).map(String::as_str).collect();
    if missing.is_empty() { Ok(granted) } else { Err(refusal(descriptor, standing, &missing)) }
}

/// TOML can say `nan`, which would bound nothing where the user meant to.
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

fn refusal(descriptor: &Descriptor, standing: Standing, missing: &[&str]) -> String {
    let remedy = match standing {
        Standing::Dropped => format!(
            "name it in the run file to grant it: [plugins] use = [\"{}\"], its folder in `library`",
            descriptor.name
        ),
        Standing::Native | Standing::Named => {
            "add what is missing to its `grants` in the run file".to_owned()
        }
    };
    format!("it needs the power {}, which it is not granted; {remedy}", missing.join(" and "))
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

/// As the start table shows it: `lr ≤ 0.1`.
#[must_use]
pub(super) fn describe(grant: &Grant) -> String {
    match (grant.min, grant.max) {
        (None, None) => grant.power.clone(),
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

    fn settle_default(descriptor: &Descriptor, standing: Standing) -> Result<Vec<Grant>, String> {
        settle(descriptor, standing, None, &DEFAULT_POWERS.map(str::to_owned), &START)
    }

    #[test]
    fn a_named_plugin_is_granted_what_it_declares() {
        let granted = settle_default(&descriptor(&["lr"], &["weights"]), Standing::Named).unwrap();
        assert_eq!(granted, [unbounded("lr"), unbounded("weights")]);
    }

    #[test]
    fn a_dropped_file_gets_default_powers_with_bounds() {
        let granted = settle_default(&descriptor(&["lr"], &["wd", "weights"]), Standing::Dropped);
        let shown: Vec<String> = granted.unwrap().iter().map(describe).collect();
        assert_eq!(shown, ["lr ≤ 0.1", "wd ≤ 0.1"]);
    }

    #[test]
    fn a_missing_need_names_the_remedy() {
        let refused = settle_default(&descriptor(&["weights"], &[]), Standing::Dropped);
        assert_eq!(
            refused.unwrap_err(),
            "it needs the power weights, which it is not granted; \
             name it in the run file to grant it: [plugins] use = [\"p\"], its folder in `library`"
        );
    }

    #[test]
    fn bounds_without_a_value_between_them_are_refused() {
        let settled = |min, max| {
            let given = [Grant { min, max, ..unbounded("lr") }];
            settle(&descriptor(&["lr"], &[]), Standing::Named, Some(&given), &[], &START)
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
        let given = [unbounded("lr"), unbounded("control")];
        let lr = descriptor(&["lr"], &["lr"]);
        let granted = settle(&lr, Standing::Named, Some(&given), &[], &START).unwrap();
        assert_eq!(granted, [unbounded("lr")]);
    }
}
