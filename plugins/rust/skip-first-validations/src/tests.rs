use callbox_sdk::testing;

use super::*;

fn start(run: &Run, epochs: u32) -> SkipFirstValidations {
    SkipFirstValidations::start(run, Params { epochs }).expect("any run will do")
}

#[test]
fn the_first_epochs_go_without() {
    for (epochs, expected) in [(0, [0, 0, 0, 0]), (1, [1, 0, 0, 0]), (3, [1, 1, 1, 0])] {
        let mut plugin = start(&testing::run(), epochs);
        let skips = [0, 1, 2, 3].map(|epoch| {
            let state = State { epoch, ..testing::state() };
            let signals = plugin.on_epoch_begin(&state).expect("an answer");
            assert!(signals.iter().all(|signal| *signal == signal::skip_validation()));
            signals.len()
        });
        assert_eq!(skips, expected);
    }
}

#[test]
fn without_validation_it_is_not_called() {
    let run = Run { valid_batches: None, ..testing::run() };
    assert!(start(&run, 2).plan().subscriptions.is_empty());
    assert_eq!(start(&testing::run(), 2).plan().subscriptions.len(), 1);
}
