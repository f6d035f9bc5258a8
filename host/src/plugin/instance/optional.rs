//! Calls of the optional exports: transforms and metrics.

use wasmtime::Store;

use super::super::bindings::exports::callbox::plugin::{metric, transform};
use super::super::wit::{Report, State, Tensor};
use super::super::{Broken, BrokenKind, Fault, Pair};
use super::{Budget, HostState, Instance};

impl Instance {
    /// Changes a batch before the model sees it; `None` leaves it as it is.
    ///
    /// # Errors
    /// [`Fault::Violation`] if the plugin answers with an error, [`Fault::Broken`] if the call breaks
    /// or there is no such export.
    pub fn transform_batch(&mut self, state: &State, batch: Pair) -> Result<Option<Pair>, Fault> {
        self.transform(|guest, store| guest.call_on_batch_begin(store, state, batch))
    }

    /// Changes the model's output before the loss is taken.
    ///
    /// # Errors
    /// As [`Instance::transform_batch`].
    pub fn transform_output(
        &mut self,
        state: &State,
        output: Tensor,
    ) -> Result<Option<Tensor>, Fault> {
        self.transform(|guest, store| guest.call_on_loss_begin(store, state, output))
    }

    /// Changes the loss before gradients are computed.
    ///
    /// # Errors
    /// As [`Instance::transform_batch`].
    pub fn transform_loss(&mut self, state: &State, loss: Tensor) -> Result<Option<Tensor>, Fault> {
        self.transform(|guest, store| guest.call_on_backward_begin(store, state, loss))
    }

    /// A pass begins: its metric forgets the last one.
    ///
    /// # Errors
    /// [`Fault::Broken`] if the call breaks or there is no such export.
    pub fn metric_begin(&mut self) -> Result<(), Fault> {
        self.metric(|guest, store| guest.call_begin(store))
    }

    /// One batch: output, target, and how many samples they hold.
    ///
    /// # Errors
    /// As [`Instance::transform_batch`].
    pub fn metric_update(
        &mut self,
        output: Tensor,
        target: Tensor,
        size: u32,
    ) -> Result<(), Fault> {
        let answer = self.metric(|guest, store| guest.call_update(store, output, target, size))?;
        self.accepted(answer)
    }

    /// The pass is over.
    ///
    /// # Errors
    /// As [`Instance::transform_batch`].
    pub fn metric_finish(&mut self) -> Result<Vec<Report>, Fault> {
        let answer = self.metric(|guest, store| guest.call_finish(store))?;
        let mut reports = self.accepted(answer)?;
        let checked = self.caps.reports(&mut reports);
        self.sized(checked)?;
        Ok(reports)
    }

    fn transform<R>(
        &mut self,
        call: impl FnOnce(
            &transform::Guest,
            &mut Store<HostState>,
        ) -> wasmtime::Result<Result<R, String>>,
    ) -> Result<R, Fault> {
        let answer = self.call(self.event_budget(), |guests, store| {
            guests.transform.as_ref().map(|guest| call(guest, store)).transpose()
        })?;
        match answer {
            Some(answer) => self.accepted(answer),
            None => Err(not_exported("transform")),
        }
    }

    fn metric<R>(
        &mut self,
        call: impl FnOnce(&metric::Guest, &mut Store<HostState>) -> wasmtime::Result<R>,
    ) -> Result<R, Fault> {
        let answer = self.call(self.event_budget(), |guests, store| {
            guests.metric.as_ref().map(|guest| call(guest, store)).transpose()
        })?;
        answer.ok_or_else(|| not_exported("metric"))
    }

    fn event_budget(&self) -> Budget {
        Budget::new(self.limits.event_ms, "event-ms")
    }
}

fn not_exported(name: &str) -> Fault {
    let message = format!("it does not export `{name}`, so it cannot be asked for one");
    Fault::Broken(Box::new(Broken::new(BrokenKind::Contract, message)))
}
