//! Names that a terminal, a file system or a table would obey.

use callbox_tests::{Drive, Seen, member};

use super::{beside_a_good_one, kinds, message};

const HOSTILE: [&str; 7] = ["@empty", "@megabyte", "@long", "@path", "@escapes", "@lines", "@bidi"];

fn said(signal: &str) -> callbox_tests::MemberSpec {
    let signals = callbox::callback::Value::Texts(vec![signal.to_owned()]);
    member("utter").named().with("signals", signals)
}

#[test]
pub(crate) fn utter() {
    let driven = beside_a_good_one(said("set lr inf"));
    assert_eq!(kinds(&driven)[0], "violation");
    assert_eq!(message(&driven), "`set lr inf` is not a finite number");
    let driven = beside_a_good_one(said("scale lr 0.5"));
    assert!(kinds(&driven).is_empty() && driven.lrs[1] == 0.05, "{:?}", driven.lrs);
}

/// All that a run recorded, in one text.
fn recorded(seen: &Seen) -> String {
    let kinds = ["notice", "joined", "signal", "fault", "log", "finished"];
    let all = kinds.iter().flat_map(|kind| seen.of(kind));
    all.map(|record| record.to_string()).collect::<Vec<_>>().join("\n")
}

/// JSON shows a control character as `\u001b`, and others as they are.
#[test]
fn no_record_holds_what_a_terminal_obeys() {
    for kind in ["snapshot", "checkpoint", "table", "other", "stop-training", "report", "labels"] {
        for word in HOSTILE.into_iter().filter(|word| (kind, *word) != ("labels", "@megabyte")) {
            let driven = Drive::one(said(&format!("{kind} {word}")).text("log", word)).run();
            let text = recorded(&driven.seen);
            let longest = driven.seen.of("signal").iter().map(|r| r.to_string().len()).max();
            assert!(text.contains("utter"), "{kind} {word}: there are records");
            assert!(
                longest.unwrap_or(0) < 40_000,
                "{kind} {word}: {longest:?} bytes in one record"
            );
            for harmful in ["\\u00", "\\n", "\\r", "\u{202e}", "\u{2066}"] {
                assert!(!text.contains(harmful), "{kind} {word}: {harmful:?}");
            }
        }
    }
}

/// Labels are kept by the journal like numbers, so they count like numbers.
#[test]
fn labels_of_a_table_are_short() {
    let driven = Drive::one(said("labels @long")).run();
    let tables = driven.seen.of("signal");
    assert!(!tables.is_empty() && driven.applied() == tables.len());
    let rows = tables[0]["shows"]["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 250);
    assert!(rows.iter().all(|row| row.as_str().unwrap().len() <= 70), "{}", rows[0]);
}
