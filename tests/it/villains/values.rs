//! Numbers that are none, and rules that a list of signals can break.

use callbox_tests::{Drive, member};

use super::{beside_a_good_one, kinds, message, villain};

#[test]
pub(crate) fn bad_values() {
    let cases = [
        ("nan-lr", "is not a finite number"),
        ("infinite-lr", "is not a finite number"),
        ("negative-lr", "it may be 0 to"),
        ("huge-lr", "it may be 0 to"),
        ("negative-scale", "a factor is at least 0"),
        ("nan-scale", "is not a finite number"),
        ("mom-one", "it may be 0 to"),
        ("unknown-group", "there are 1 layer groups"),
        ("not-owned", "in its plan's `owns`"),
        ("undeclared-power", "without the power"),
        ("undeclared-report", "which its plan does not declare"),
        ("negative-weight", "a weight is finite and at least 0"),
        ("nan-clip", "a bound is finite and greater than 0"),
        ("unknown-other", "no experiment of the name"),
        ("stale-tensor", "the tensor's batch is over"),
    ];
    for (what, expected) in cases {
        let villain = member("bad-values").text("what", what);
        // A stranger is not granted `sampler`; it would not even start.
        let villain = if what == "stale-tensor" { villain.named() } else { villain };
        let driven = beside_a_good_one(villain);
        assert_eq!(kinds(&driven), ["violation"], "{what}");
        assert!(message(&driven).contains(expected), "{what}: {}", message(&driven));
        // The valid report beside the violation is refused with it.
        let reports = driven.seen.of("signal");
        assert!(reports.iter().all(|signal| signal["verdict"] == "refused"), "{what}: {reports:?}");
        assert!(driven.lrs.iter().all(|lr| *lr == 0.1), "{what}: {:?}", driven.lrs);
    }
}

/// Of ten kinds of numbers, the verdict on each: what is refused, and what stands.
#[test]
fn each_kind_of_number_has_its_verdict() {
    let verdicts = |name: &str| {
        let villain = villain("values", name);
        let spec = member("utter").named();
        let spec =
            villain.params.into_iter().fold(spec, |spec, (key, value)| spec.with(&key, value));
        Drive::one(spec).run().seen.texts("signal", "verdict").join(" ").replace("refused", "-")
    };
    // nan inf -inf -0 5e-324 -5e-324 1.8e308 -1 1e300 1
    let cases = [
        ("every-set-lr", "- - - applied applied - - - - applied"),
        ("every-set-mom", "- - - applied applied - - - - -"),
        ("every-scale-wd", "- - - applied applied - - - - applied"),
        ("every-scale-grad", "- - - applied applied applied applied applied applied applied"),
        ("every-clip-grad-norm", "- - - - applied - applied - applied applied"),
        ("every-noise-grad", "- - - applied applied - applied - applied applied"),
        (
            "every-report-uttered",
            "applied applied applied applied applied applied applied applied applied applied",
        ),
        ("every-report-uttered-1", "- - - applied applied - applied - applied applied"),
        ("every-blend-slot", "- - - applied applied - - - - applied"),
    ];
    for (name, expected) in cases {
        assert_eq!(verdicts(name), expected, "{name}");
    }
}
