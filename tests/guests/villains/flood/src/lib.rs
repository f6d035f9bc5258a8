//! Answers or logs more than anybody can read.
//!
//! The host must refuse the list that is too long without reading all of it, drop the log lines
//! above the budget and say how many, and write no control character to a terminal.

use callbox_sdk::prelude::*;

params! {
    /// What tests choose.
    pub struct Params {
        /// signals: `count` of them; text: one signal with a reason of `count` KiB; log: `count`
        /// lines; long-line: one line of `count` KiB; control: one line with control characters.
        what: String = "signals", choices ["signals", "text", "log", "long-line", "control"];
        /// How many; 0: as many as memory holds.
        count: u32 = 257;
    }
}

/// Cannot stop talking.
pub struct Flood {
    params: Params,
    /// It takes part without it as well.
    power: Option<Power>,
}

/// What a terminal would obey: clear the screen, change colour and title, go back, ring; and a
/// right-to-left override.
const CONTROL: &str = "before\x1b[2J\x1b[31m\x1b]0;title\x07\r\n\x08\0\u{9b}31m\u{202e}after";

impl Callback for Flood {
    type Params = Params;

    fn about() -> Descriptor {
        about!().wants([Power::Control])
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        let power = run.grants(Power::Control).then_some(Power::Control);
        Ok(Self { params, power })
    }

    fn plan(&self) -> Plan {
        Plan::on(Hook::BatchEnd)
            .phase(Phase::Train)
            .powers(self.power)
            .reports("drop", Better::Neither)
    }

    fn on_batch_end(&mut self, _state: &State) -> Answer {
        let count = match self.params.count {
            0 => usize::MAX,
            count => count as usize,
        };
        match self.params.what.as_str() {
            "text" => return Ok(vec![signal::stop_training(text(count))]),
            "long-line" => log::write(log::Level::Info, &text(count)),
            "control" => log::write(log::Level::Info, CONTROL),
            "log" => (0..count).for_each(|line| log::info!("line {line} of a flood")),
            _ => return Ok(many(count)),
        }
        signal::none()
    }
}

/// As many signals as asked for; fewer where memory ends.
fn many(count: usize) -> Vec<Signal> {
    let mut signals = Vec::new();
    // Without text of their own, so that a signal is as small as it can be.
    while signals.len() < count && signals.try_reserve(1).is_ok() {
        signals.push(Signal::ValidateNow);
    }
    signals
}

/// This many KiB; less where memory ends.
fn text(kib: usize) -> String {
    let piece = "x".repeat(1024);
    let mut text = String::new();
    for _ in 0..kib {
        if text.try_reserve(piece.len()).is_err() {
            break;
        }
        text.push_str(&piece);
    }
    text
}

register!(Flood);
