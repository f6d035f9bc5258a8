//! Lists of signals from several authors, event by event: judged, merged and applied.

#![no_main]

use std::collections::BTreeSet;

use callbox::callback::Handler;
use callbox_fuzz::course::Course;
use callbox_fuzz::laws;
use callbox_fuzz::ledger::Ledger;
use callbox_fuzz::troupe::Heard;
use libfuzzer_sys::fuzz_target;

/// Powers of what took effect were planned and granted, and no signal goes unjournaled.
fn journal_is_whole(handler: &Handler, heard: &Heard, said: &[(String, usize)]) {
    let all: usize = said.iter().map(|(_, signals)| signals).sum();
    assert_eq!(heard.signals.len(), all, "signals said and journaled: {heard:?}");
    for (author, signal, applied) in &heard.signals {
        assert!(!(*applied && heard.refused.contains(author)), "part of a refused list: {signal}");
        let member = handler.members().iter().find(|member| member.name == *author);
        let (Some(member), Some(power), true) = (member, signal.power(), applied) else { continue };
        assert!(member.plan.powers.iter().any(|held| held == power), "{signal} without {power}");
        assert!(member.granted.iter().any(|grant| grant.power == power), "{power} not granted");
    }
}

fuzz_target!(|course: Course| {
    let mut ledger = None;
    let mut witness = |handler: &Handler, heard: &Heard, said: &[(String, usize)]| {
        laws::hypers_are_sane(handler.hypers());
        journal_is_whole(handler, heard, said);
        let ledger = ledger.get_or_insert_with(|| Ledger::new(course.start()));
        ledger.note(heard);
        ledger.check(handler);
    };
    let Some(seen) = course.perform(false, &BTreeSet::new(), &mut witness) else { return };
    let ignore = &mut |_: &Handler, _: &Heard, _: &[(String, usize)]| {};
    if !seen.refused.is_empty() {
        let without = course.perform(false, &seen.refused, ignore);
        let without = without.expect("it starts as before").became;
        assert_eq!(seen.became, without, "what was refused had an effect");
    }
    // With others out of the run it would be another run.
    let backwards = course.perform(true, &BTreeSet::new(), ignore);
    if let Some(backwards) = backwards.filter(|other| other.members == seen.members) {
        assert_eq!(seen.became, backwards.became, "the order of members decides");
    }
});
