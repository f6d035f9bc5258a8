//! What comes back from the device. Every value read waits for it.

use tch::kind::Element;
use tch::{Kind, Tensor};

use super::call::{Call, Made};
use super::classes::{full_precision, numbers};
use super::desk::TensorDesk;
use super::facts::{NO_OUTPUT, no_batch};
use super::kinds;
use crate::callback::tensors::{Dtype, Failure, TensorId};
use crate::train::torch::{During, grad_norm};

impl TensorDesk {
    pub(super) fn shape_now(&self, of: TensorId) -> Result<Vec<u64>, Failure> {
        let size = self.slots.get(of)?.size();
        Ok(size.into_iter().map(i64::unsigned_abs).collect())
    }

    pub(super) fn kind_now(&self, of: TensorId) -> Result<Dtype, Failure> {
        let kind = self.slots.get(of)?.kind();
        kinds::dtype(kind).ok_or_else(|| {
            Failure::Mismatch(format!("`kind`: the contract has no word for {kind:?}"))
        })
    }

    pub(super) fn item_now(&mut self, of: TensorId) -> Result<f64, Failure> {
        let tensor = self.slots.get(of)?;
        self.meter.elements(1)?;
        let operands = [tensor];
        let call = Call::new("item", &operands, &self.meter);
        if tensor.numel() != 1 {
            return Err(call.mismatch("expected a single element"));
        }
        call.torch(tensor.f_double_value(&[]).during("item"))
    }

    pub(super) fn read_now(
        &mut self,
        of: TensorId,
        offset: u64,
        len: u64,
    ) -> Result<Vec<f32>, Failure> {
        let part = self.part("read", of, [offset, len], Kind::Float)?;
        self.copied(&part, Kind::Float)
    }

    pub(super) fn read_integers_now(
        &mut self,
        of: TensorId,
        offset: u64,
        len: u64,
    ) -> Result<Vec<i64>, Failure> {
        let tensor = self.slots.get(of)?;
        if kinds::is_floating(tensor.kind()) {
            let operands = [tensor];
            let call = Call::new("read-integers", &operands, &self.meter);
            return Err(call.mismatch("expected whole numbers or booleans; `read` takes fractions"));
        }
        let part = self.part("read-integers", of, [offset, len], Kind::Int64)?;
        self.copied(&part, Kind::Int64)
    }

    /// `len` elements from `offset`, in row-major order, to be converted to `kind`.
    fn part(
        &mut self,
        name: &'static str,
        of: TensorId,
        [offset, len]: [u64; 2],
        kind: Kind,
    ) -> Made {
        let tensor = self.slots.get(of)?;
        let operands = [tensor];
        let call = Call::new(name, &operands, &self.meter);
        let (size, end) = (tensor.numel() as u64, offset.checked_add(len));
        if end.is_none_or(|end| end > size) {
            let reason = format!("{len} elements from {offset} are not among its {size}");
            return Err(call.mismatch(reason));
        }
        call.in_order(tensor);
        if tensor.kind() != kind {
            call.copies(usize::try_from(len).unwrap_or(usize::MAX), kind);
        }
        call.room(&[0], kind)?;
        let flat = call.run(tensor.f_reshape(-1))?;
        let part = call.run(flat.f_narrow(0, offset.cast_signed(), len.cast_signed()))?;
        self.meter.elements(len)?;
        Ok(part)
    }

    /// Converted on the device, then copied in bulk.
    fn copied<T: Element + Default + Clone>(
        &self,
        part: &Tensor,
        kind: Kind,
    ) -> Result<Vec<T>, Failure> {
        let operands = [part];
        let call = Call::new("read", &operands, &self.meter);
        let part = call.run(part.f_to_kind(kind))?;
        let mut values = vec![T::default(); part.numel()];
        call.torch(part.f_copy_data(&mut values, part.numel()).during("read"))?;
        Ok(values)
    }

    pub(super) fn gradient_norm_now(&self) -> Result<f64, Failure> {
        let call = Call::new("gradient-norm", &[], &self.meter);
        let gradients = call.torch(self.facts.gradients())?;
        if gradients.is_empty() {
            let text = "no parameter has a gradient now: they live from backward-end to step-end";
            return Err(Failure::Missing(text.to_owned()));
        }
        let gradients: Vec<&Tensor> = gradients.iter().collect();
        call.torch(grad_norm(&gradients).and_then(|norm| norm.f_double_value(&[]).during("read")))
    }

    /// Losses of the untransformed output and target, and the samples' numbers.
    pub(super) fn losses_now(&self) -> Result<(Tensor, Tensor), Failure> {
        let batch = self.facts.batch.borrow();
        let batch = batch.as_ref().ok_or_else(no_batch)?;
        let output = batch.raw_output.as_ref();
        let output = output.ok_or_else(|| Failure::Missing(NO_OUTPUT.to_owned()))?;
        let operands = [output, &batch.raw_target];
        let call = self.operation("sample-losses", &operands);
        let samples = batch.ids.len() as i64;
        call.loss_copies(self.facts.loss, output, &batch.raw_target);
        call.copies(batch.ids.len(), Kind::Int64);
        call.room(&[samples], Kind::Double)?;
        let output = call.torch(full_precision(output))?;
        let losses = self.facts.loss.per_sample(&output.into(), &batch.raw_target);
        let losses = call.torch(losses)?;
        self.meter.bytes(call.kept());
        Ok((losses, call.torch(numbers(&batch.ids, self.facts.device))?))
    }
}
