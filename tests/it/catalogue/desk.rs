//! A native callback that stands at a desk: it sees the tensors that plugins see, and may do their
//! work in the way that a test expects of them.

use callbox::callback::tensors::{Desk, Operation, TensorId, Tensors};
use callbox::callback::{
    Callback, Descriptor, Fault, Hook, Plan, Reads, RunInfo, Setting, Signal, State, Subscription,
    Transforms, Value,
};
use callbox_tests::{MemberSpec, Trained, member};

/// What it answers at a hook.
pub(super) type Look = Box<dyn FnMut(&mut dyn Tensors, Hook, &State<'_>) -> Vec<Signal>>;
/// What it makes of a batch of training.
type Change = Box<dyn FnMut(&mut dyn Tensors, [TensorId; 2]) -> Option<[TensorId; 2]>>;

struct Witness {
    name: &'static str,
    hooks: Vec<Hook>,
    look: Look,
    change: Option<Change>,
    before: Vec<String>,
    desk: Option<Desk>,
}

impl Witness {
    fn new(hooks: &[Hook], look: Look) -> Self {
        let hooks = hooks.to_vec();
        Witness { name: "witness", hooks, look, change: None, before: Vec::new(), desk: None }
    }
}

/// At these hooks, with losses and hyper-parameters.
pub(super) fn looks(
    hooks: &[Hook],
    look: impl FnMut(&mut dyn Tensors, Hook, &State<'_>) -> Vec<Signal> + 'static,
) -> Box<dyn Callback> {
    Box::new(Witness::new(hooks, Box::new(look)))
}

/// Changes every batch of training, under this name.
pub(super) fn changes(
    name: &'static str,
    mut change: impl FnMut(&mut dyn Tensors, [TensorId; 2]) -> [TensorId; 2] + 'static,
) -> Box<dyn Callback> {
    let change = move |desk: &mut dyn Tensors, batch| Some(change(desk, batch));
    let quiet = Witness::new(&[], Box::new(|_, _, _| Vec::new()));
    Box::new(Witness { name, change: Some(Box::new(change)), ..quiet })
}

/// Looks at every training batch before a plugin's transform, and afterwards at loss-begin.
pub(super) fn around(
    plugin: &str,
    mut sees: impl FnMut(&mut dyn Tensors, [TensorId; 2]) + 'static,
    mut then: impl FnMut(&mut dyn Tensors, [TensorId; 2]) + 'static,
) -> Box<dyn Callback> {
    let look = move |desk: &mut dyn Tensors, _: Hook, state: &State<'_>| {
        if state.phase == callbox::callback::Phase::Train {
            let input = desk.compute(Operation::Input).unwrap();
            let target = desk.compute(Operation::Target).unwrap();
            then(desk, [input, target]);
        }
        Vec::new()
    };
    let change = move |desk: &mut dyn Tensors, batch| {
        sees(desk, batch);
        None
    };
    let witness = Witness::new(&[Hook::LossBegin], Box::new(look));
    Box::new(Witness { change: Some(Box::new(change)), before: vec![plugin.to_owned()], ..witness })
}

impl Callback for Witness {
    fn attach(&mut self, desk: Desk) {
        self.desk = Some(desk);
    }

    fn describe(&mut self) -> Result<Descriptor, Fault> {
        let needs = vec!["sampler".to_owned(), "transform".to_owned()];
        Ok(Descriptor { name: self.name.to_owned(), needs, ..Descriptor::default() })
    }

    fn start(&mut self, _run: &RunInfo, _settings: &[Setting]) -> Result<Plan, Fault> {
        let reads = Reads { losses: true, hypers: true, ..Reads::default() };
        let subscribed = self.hooks.iter().map(|hook| Subscription::to(*hook).reading(reads));
        Ok(Plan {
            subscriptions: subscribed.collect(),
            transforms: Transforms { input: self.change.is_some(), ..Transforms::default() },
            powers: vec!["sampler".to_owned(), "transform".to_owned()],
            run_before: self.before.clone(),
            ..Plan::default()
        })
    }

    fn on_event(&mut self, hook: Hook, state: &State<'_>) -> Result<Vec<Signal>, Fault> {
        let mut desk = self.desk.as_ref().unwrap().borrow_mut();
        Ok((self.look)(&mut *desk, hook, state))
    }

    fn transform_batch(
        &mut self,
        _state: &State<'_>,
        batch: [TensorId; 2],
    ) -> Result<Option<[TensorId; 2]>, Fault> {
        let mut desk = self.desk.as_ref().unwrap().borrow_mut();
        Ok(self.change.as_mut().and_then(|change| change(&mut *desk, batch)))
    }
}

/// All elements.
pub(super) fn values(desk: &mut dyn Tensors, of: TensorId) -> Vec<f32> {
    let all = desk.shape(of).unwrap().iter().product();
    desk.read(of, 0, all).unwrap()
}

/// All elements of whole numbers.
pub(super) fn whole(desk: &mut dyn Tensors, of: TensorId) -> Vec<i64> {
    let all = desk.shape(of).unwrap().iter().product();
    desk.read_integers(of, 0, all).unwrap()
}

/// The elements of each row.
pub(super) fn rows(desk: &mut dyn Tensors, of: TensorId) -> Vec<Vec<f32>> {
    let rows = usize::try_from(desk.shape(of).unwrap()[0]).unwrap();
    let all = values(desk, of);
    all.chunks(all.len() / rows).map(<[f32]>::to_vec).collect()
}

/// A plugin that the run file names.
pub(super) fn plugin(name: &str) -> MemberSpec {
    member(name).named()
}

/// With a parameter that is a number.
pub(super) fn number(member: MemberSpec, name: &str, value: f64) -> MemberSpec {
    member.with(name, Value::Number(value))
}

/// Nobody was blamed for anything.
pub(super) fn calm(trained: &Trained) {
    assert!(trained.faults().is_empty(), "{:?}", trained.faults());
}

/// Alike in float32.
pub(super) fn close(a: f32, b: f32) -> bool {
    (a - b).abs() < 1e-5
}
