//! A callback whose calls for tensors are taken down, for a recording that can be played without any.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::asked::{Answers, Asked};
use super::line::Line;
use crate::callback::tensors::{
    Budgets, Desk, Dtype, Failure, Occasion, Operation, Parameter, Summary, TensorId, Tensors,
};
use crate::callback::{
    Callback, Descriptor, Fault, Hook, Outcome, Plan, Report, RunInfo, Setting, Signal, State,
    Usage,
};

/// What of one plugin is taken down in a run, in bytes of a trace's text, roughly: a plugin could read without end, and
/// a full disk would cost the model.
const MOST_BYTES: usize = 64 << 20;
/// And in one call into it: refused calls cost it nothing else.
const MOST_LINES: usize = 4_096;

/// Calls and answers that the recorder has not written yet. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Tape(Arc<Mutex<Reel>>);

#[derive(Debug, Default)]
struct Reel {
    lines: Vec<Line>,
    /// Plugins of whom no more is taken down.
    full: Vec<String>,
}

impl Tape {
    /// What is on it, which is forgotten here.
    pub(super) fn take(&self) -> Vec<Line> {
        std::mem::take(&mut self.lock().lines)
    }

    /// Plugins of whom not everything was taken down, for it was too much.
    #[must_use]
    pub fn full(&self) -> Vec<String> {
        self.lock().full.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Reel> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whose turn it is, and when; shared by a callback and its desk.
#[derive(Debug, Clone, Default)]
struct Turns(Rc<RefCell<Turn>>);

#[derive(Debug, Default)]
struct Turn {
    plugin: String,
    /// Not written yet: nothing was asked in it so far.
    pending: Option<Line>,
    lines: usize,
    /// Time that taking down took in this turn, which is not the plugin's.
    spent: Duration,
    /// Bytes of the whole run.
    bytes: usize,
    is_full: bool,
}

impl Turns {
    fn begin(&self, occasion: Occasion, given: &[TensorId]) {
        let turn = &mut *self.0.borrow_mut();
        let (plugin, given) = (turn.plugin.clone(), given.to_vec());
        turn.pending = Some(Line::Turn { plugin, occasion, given });
        (turn.lines, turn.spent) = (0, Duration::ZERO);
    }
}

/// A callback, taken down.
pub struct Taped {
    callback: Box<dyn Callback>,
    tape: Tape,
    turns: Turns,
}

impl Taped {
    /// Takes down onto this tape.
    #[must_use]
    pub fn new(callback: Box<dyn Callback>, tape: Tape) -> Self {
        Taped { callback, tape, turns: Turns::default() }
    }

    /// A turn that is there even if nothing is asked in it: a play has to know what was given.
    fn begin_with(&self, occasion: Occasion, given: &[TensorId]) {
        self.turns.begin(occasion, given);
        let turn = &mut *self.turns.0.borrow_mut();
        if !turn.is_full {
            self.tape.lock().lines.extend(turn.pending.take());
        }
    }
}

impl Callback for Taped {
    fn attach(&mut self, desk: Desk) {
        let taped = TapedDesk { desk, tape: self.tape.clone(), turns: self.turns.clone() };
        self.callback.attach(Rc::new(RefCell::new(taped)));
    }

    fn name(&mut self, name: &str) {
        name.clone_into(&mut self.turns.0.borrow_mut().plugin);
        self.callback.name(name);
    }

    fn describe(&mut self) -> Result<Descriptor, Fault> {
        self.callback.describe()
    }

    fn start(&mut self, run: &RunInfo, settings: &[Setting]) -> Result<Plan, Fault> {
        self.turns.begin(Occasion::Start, &[]);
        self.callback.start(run, settings)
    }

    fn on_event(&mut self, hook: Hook, state: &State<'_>) -> Result<Vec<Signal>, Fault> {
        self.turns.begin(Occasion::Event(hook), &[]);
        self.callback.on_event(hook, state)
    }

    fn finish(&mut self, state: &State<'_>, outcome: &Outcome) -> Result<Vec<Signal>, Fault> {
        self.turns.begin(Occasion::Finish, &[]);
        self.callback.finish(state, outcome)
    }

    fn transform_batch(
        &mut self,
        state: &State<'_>,
        batch: [TensorId; 2],
    ) -> Result<Option<[TensorId; 2]>, Fault> {
        self.begin_with(Occasion::Transform(Hook::BatchBegin), &batch);
        self.callback.transform_batch(state, batch)
    }

    fn transform_output(
        &mut self,
        state: &State<'_>,
        output: TensorId,
    ) -> Result<Option<TensorId>, Fault> {
        self.begin_with(Occasion::Transform(Hook::LossBegin), &[output]);
        self.callback.transform_output(state, output)
    }

    fn transform_loss(
        &mut self,
        state: &State<'_>,
        loss: TensorId,
    ) -> Result<Option<TensorId>, Fault> {
        self.begin_with(Occasion::Transform(Hook::BackwardBegin), &[loss]);
        self.callback.transform_loss(state, loss)
    }

    fn is_metric(&self) -> bool {
        self.callback.is_metric()
    }

    fn metric_begin(&mut self) -> Result<(), Fault> {
        self.begin_with(Occasion::Event(Hook::ValidEnd), &[]);
        self.callback.metric_begin()
    }

    fn metric_update(
        &mut self,
        output: TensorId,
        target: TensorId,
        size: u32,
    ) -> Result<(), Fault> {
        self.begin_with(Occasion::Event(Hook::BatchEnd), &[output, target]);
        self.callback.metric_update(output, target, size)
    }

    fn metric_finish(&mut self) -> Result<Vec<Report>, Fault> {
        self.begin_with(Occasion::Event(Hook::ValidEnd), &[]);
        self.callback.metric_finish()
    }

    fn uses_tensors(&self) -> bool {
        self.callback.uses_tensors()
    }

    fn usage(&self) -> Usage {
        self.callback.usage()
    }

    fn save(&mut self) -> Result<Vec<u8>, Fault> {
        self.callback.save()
    }

    fn load(&mut self, saved: &[u8]) -> Result<(), Fault> {
        self.callback.load(saved)
    }

    fn renew(&mut self) -> Result<(), Fault> {
        self.callback.renew()
    }
}

/// The callback's own desk, and a pen beside it.
struct TapedDesk {
    desk: Desk,
    tape: Tape,
    turns: Turns,
}

impl TapedDesk {
    fn taken<T: Answers>(&self, asked: &Asked<'_>, answer: T) -> T {
        let turn = &mut *self.turns.0.borrow_mut();
        if turn.is_full {
            return answer;
        }
        let began = Instant::now();
        let (plugin, call, written) = (turn.plugin.clone(), asked.to_json(), answer.write());
        turn.lines += 1;
        turn.bytes = turn.bytes.saturating_add(asked.size() + written.size());
        turn.is_full = turn.lines > MOST_LINES || turn.bytes > MOST_BYTES;
        let mut reel = self.tape.lock();
        match turn.is_full {
            true => reel.full.push(plugin),
            false => {
                reel.lines.extend(turn.pending.take());
                reel.lines.push(Line::Asked { plugin, call, answer: written });
            }
        }
        turn.spent += began.elapsed();
        answer
    }
}

impl Tensors for TapedDesk {
    fn limit(&mut self, budgets: Budgets) {
        self.desk.borrow_mut().limit(budgets);
    }

    fn seed(&mut self, seed: u64) {
        self.desk.borrow_mut().seed(seed);
    }

    fn begin(&mut self, occasion: Occasion, state: &State<'_>) {
        self.desk.borrow_mut().begin(occasion, state);
    }

    fn held(&self) -> usize {
        self.desk.borrow().held()
    }

    fn host_time(&self) -> Duration {
        self.desk.borrow().host_time() + self.turns.0.borrow().spent
    }

    fn compute(&mut self, operation: Operation<'_>) -> Result<TensorId, Failure> {
        let answer = self.desk.borrow_mut().compute(operation);
        self.taken(&Asked::Compute(operation), answer)
    }

    fn sample_losses(&mut self) -> Result<(TensorId, TensorId), Failure> {
        let answer = self.desk.borrow_mut().sample_losses();
        self.taken(&Asked::SampleLosses, answer)
    }

    fn shape(&mut self, of: TensorId) -> Result<Vec<u64>, Failure> {
        let answer = self.desk.borrow_mut().shape(of);
        self.taken(&Asked::Shape(of), answer)
    }

    fn kind(&mut self, of: TensorId) -> Result<Dtype, Failure> {
        let answer = self.desk.borrow_mut().kind(of);
        self.taken(&Asked::Dtype(of), answer)
    }

    fn summaries(&mut self, of: &[TensorId]) -> Result<Vec<Summary>, Failure> {
        let answer = self.desk.borrow_mut().summaries(of);
        self.taken(&Asked::Summaries(of), answer)
    }

    fn item(&mut self, of: TensorId) -> Result<f64, Failure> {
        let answer = self.desk.borrow_mut().item(of);
        self.taken(&Asked::Item(of), answer)
    }

    fn read(&mut self, of: TensorId, offset: u64, len: u64) -> Result<Vec<f32>, Failure> {
        let answer = self.desk.borrow_mut().read(of, offset, len);
        self.taken(&Asked::Read(of, offset, len), answer)
    }

    fn read_integers(&mut self, of: TensorId, offset: u64, len: u64) -> Result<Vec<i64>, Failure> {
        let answer = self.desk.borrow_mut().read_integers(of, offset, len);
        self.taken(&Asked::ReadIntegers(of, offset, len), answer)
    }

    fn parameters(&mut self) -> Vec<Parameter> {
        let answer = self.desk.borrow_mut().parameters();
        self.taken(&Asked::Parameters, answer)
    }

    fn activations(&mut self) -> Vec<String> {
        let answer = self.desk.borrow_mut().activations();
        self.taken(&Asked::Activations, answer)
    }

    fn gradient_norm(&mut self) -> Result<f64, Failure> {
        let answer = self.desk.borrow_mut().gradient_norm();
        self.taken(&Asked::GradientNorm, answer)
    }

    fn sample_weights(&mut self, of: TensorId) -> Result<Vec<f64>, Failure> {
        // The host asks for these, of its own desk; a play has no use for them.
        self.desk.borrow_mut().sample_weights(of)
    }

    fn clear(&mut self) {
        self.desk.borrow_mut().clear();
    }
}
