//! Gives back the batch that it got, as it is; for benchmarks. With `reads`, it reads that many
//! elements of the input first.
//!
//! The host must leave the batch alone, in next to no time.

use callbox_sdk::prelude::*;

params! {
    /// What benchmarks choose.
    pub struct Params {
        /// Elements of the input to read.
        reads: u32 = 0;
    }
}

/// Holds nothing back.
pub struct Mirror(Params);

impl Callback for Mirror {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Transform])
    }

    fn start(_run: &Run, params: Params) -> Result<Self, String> {
        Ok(Self(params))
    }

    fn plan(&self) -> Plan {
        Plan::default().transforms_input()
    }
}

impl Transform for Mirror {
    fn on_batch_begin(
        &mut self,
        _state: &State,
        input: Tensor,
        target: Tensor,
    ) -> Result<Option<(Tensor, Tensor)>, String> {
        if self.0.reads > 0 {
            let read = input.read_part(0, self.0.reads.into())?;
            if read.len() != self.0.reads as usize {
                return Err("the host gave another number of elements".to_owned());
            }
        }
        Ok(Some((input, target)))
    }
}

register!(Mirror, transform);
