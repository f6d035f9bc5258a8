//! Takes more memory than it may: at once, in steps, or politely.
//!
//! The host must refuse the growth and stop the guest when it does not survive that; the message
//! must speak of memory, not of the `unreachable` that Rust ends with. A polite guest asks, is
//! refused, logs how far it got, frees all and lives on.

use callbox_sdk::prelude::*;

params! {
    /// What tests choose.
    pub struct Params {
        /// giant: one piece; steadily: 1 MiB after another until it breaks; politely: the same,
        /// taking no for an answer; leak: `mib` more at every event.
        how: String = "steadily", choices ["giant", "steadily", "politely", "leak"];
        /// Size of the giant piece or of an event's leak, in MiB.
        mib: u32 = 1024, min 1, max 4095;
        /// Where.
        place: String = "on-event", choices ["start", "on-event"];
    }
}

/// Never gives anything back.
pub struct Allocate {
    params: Params,
    hoard: Vec<Vec<u8>>,
}

const MIB: usize = 1 << 20;

impl Callback for Allocate {
    type Params = Params;

    fn about() -> Descriptor {
        about!().wants([Power::Control])
    }

    fn start(_run: &Run, params: Params) -> Result<Self, String> {
        let mut this = Self { params, hoard: Vec::new() };
        this.reach("start");
        Ok(this)
    }

    fn plan(&self) -> Plan {
        Plan::on(Hook::BatchEnd).phase(Phase::Train)
    }

    fn on_batch_end(&mut self, _state: &State) -> Answer {
        self.reach("on-event");
        signal::none()
    }
}

impl Allocate {
    fn reach(&mut self, place: &str) {
        if self.params.place != place {
            return;
        }
        let size = self.params.mib as usize;
        match self.params.how.as_str() {
            "giant" => self.hoard.push(vec![1; size * MIB]),
            "leak" => self.hoard.extend((0..size).map(|_| vec![1; MIB])),
            "politely" => self.ask(),
            _ => loop {
                self.hoard.push(vec![1; MIB]);
            },
        }
    }

    fn ask(&mut self) {
        loop {
            let mut piece = Vec::new();
            if piece.try_reserve_exact(MIB).is_err() {
                break;
            }
            piece.resize(MIB, 1);
            self.hoard.push(piece);
        }
        let got = self.hoard.len();
        // Before the line is written: it needs memory too.
        self.hoard.clear();
        log::info!("refused after {got} MiB");
    }
}

register!(Allocate);
