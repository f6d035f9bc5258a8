//! Changes what flows through the loop as its parameters say, at input, output and loss, and logs
//! what it saw there.
//!
//! The host must put what it answers in the place of what it gave, in order for inputs and in
//! reverse order for outputs and losses; refuse as a violation what is stale, foreign, or of a
//! wrong shape or type, and a loss that is no scalar or has no gradient; and then go on with what
//! it gave. A line reads `transform=input iteration=3 batch=3 phase=train size=6 saw=[1.0, 2.0]
//! target=[0.0]`, and without the last word for output and loss.

use callbox_sdk::prelude::*;
use callbox_sdk::tensors::Dtype;

params! {
    /// What tests choose. The three moments take an action each: `none`, `same` (what it got),
    /// `add` offset, `scale` by factor, `affine` (x * factor + offset), `undo` (its inverse),
    /// `swap-target` (input only: one-hot), `fail`, `trap`, `stale`, `foreign`, `wrong-shape` (the
    /// first of the batch alone; of a loss, a dimension more), `wrong-dtype`, `detached` (as many
    /// numbers, all the offset, without a graph), `vector` (the mean output of each sample). Empty:
    /// not called there.
    pub struct Params {
        /// Action on the batch.
        input: String = "";
        /// Action on the output.
        output: String = "";
        /// Action on the loss.
        loss: String = "";
        /// Act only after this many training batches; before, as `none`.
        iteration: u32 = 0;
        /// A factor.
        factor: f64 = 2.0;
        /// What is added.
        offset: f64 = 1.0;
        /// Classes of the one-hot target.
        classes: u32 = 10;
        /// The number that `foreign` answers, as unsigned.
        guess: i64 = -1;
        /// Also in batches of validation.
        in_validation: bool = false;
        /// Names of plugins whose transforms come later.
        run_before: Vec<String> = &[];
        /// Names of plugins whose transforms come earlier.
        run_after: Vec<String> = &[];
        /// How many numbers to log.
        shows: u32 = 3;
    }
}

/// Does as it is told.
pub struct Transformer {
    params: Params,
    /// A tensor of the first batch, for `stale`.
    old: Option<Tensor>,
}

impl Callback for Transformer {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Transform])
    }

    fn start(_run: &Run, params: Params) -> Result<Self, String> {
        Ok(Self { params, old: None })
    }

    fn plan(&self) -> Plan {
        let params = &self.params;
        let mut plan = Plan::default().run_before(&params.run_before).run_after(&params.run_after);
        if !params.input.is_empty() {
            plan = plan.transforms_input();
        }
        if !params.output.is_empty() {
            plan = plan.transforms_output();
        }
        if !params.loss.is_empty() {
            plan = plan.transforms_loss();
        }
        if params.in_validation { plan.in_validation() } else { plan }
    }
}

impl Transform for Transformer {
    fn on_batch_begin(
        &mut self,
        state: &State,
        input: Tensor,
        target: Tensor,
    ) -> Result<Option<(Tensor, Tensor)>, String> {
        let line = self.line("input", state, input);
        log::info!("{line} target={:?}", self.first(target));
        if self.params.input == "swap-target" && self.acts(state) {
            return Ok(Some((input, target.one_hot(self.params.classes.into())?)));
        }
        let action = self.params.input.clone();
        Ok(self.act(&action, "input", state, input)?.map(|changed| (changed, target)))
    }

    fn on_loss_begin(&mut self, state: &State, output: Tensor) -> Result<Option<Tensor>, String> {
        log::info!("{}", self.line("output", state, output));
        let action = self.params.output.clone();
        self.act(&action, "output", state, output)
    }

    fn on_backward_begin(&mut self, state: &State, loss: Tensor) -> Result<Option<Tensor>, String> {
        log::info!("{}", self.line("loss", state, loss));
        let action = self.params.loss.clone();
        self.act(&action, "loss", state, loss)
    }
}

impl Transformer {
    fn acts(&self, state: &State) -> bool {
        state.iteration >= u64::from(self.params.iteration)
    }

    fn act(
        &mut self,
        action: &str,
        place: &str,
        state: &State,
        given: Tensor,
    ) -> Result<Option<Tensor>, String> {
        let Params { factor, offset, guess, .. } = self.params;
        let old = *self.old.get_or_insert(given);
        if !self.acts(state) {
            return Ok(None);
        }
        let changed = match action {
            "none" => return Ok(None),
            "same" => given,
            "add" => given.affine(1.0, offset)?,
            "scale" => given.affine(factor, 0.0)?,
            "affine" => given.affine(factor, offset)?,
            "undo" => given.affine(1.0 / factor, -offset / factor)?,
            "fail" => return Err(format!("asked to fail at {place}")),
            "trap" => panic!("asked to trap at {place}"),
            "stale" => old,
            "foreign" => guess.cast_unsigned().into(),
            "wrong-shape" if given.shape()?.is_empty() => given.unsqueeze(0)?,
            "wrong-shape" => given.narrow(0, 0..1)?,
            "wrong-dtype" => given.convert(Dtype::Int64)?,
            "detached" => detached(given, offset)?,
            "vector" => batch::output()?.mean(Some(-1))?,
            unknown => return Err(format!("there is no action `{unknown}` at {place}")),
        };
        Ok(Some(changed))
    }

    fn line(&self, place: &str, state: &State, seen: Tensor) -> String {
        let State { iteration, num_batch, phase, batch_size, .. } = state;
        let (phase, saw) = (phase.name(), self.first(seen));
        format!(
            "transform={place} iteration={iteration} batch={num_batch} phase={phase} \
             size={batch_size} saw={saw:?}"
        )
    }

    /// The first numbers of a tensor; none where it cannot be read.
    fn first(&self, of: Tensor) -> Vec<f32> {
        let len = of.shape().map_or(0, |shape| shape.iter().product());
        of.read_part(0, len.min(self.params.shows.into())).unwrap_or_default()
    }
}

fn detached(like: Tensor, value: f64) -> Result<Tensor, Failure> {
    let shape = like.shape()?;
    let len: u64 = shape.iter().product();
    Tensor::create(&shape, &vec![value as f32; len as usize])
}

register!(Transformer, transform);
