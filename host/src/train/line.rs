//! The loop's lines, as far as they can be left out.

/// Lines of the loop that a callback may have asked to leave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// The model on the batch.
    Forward,
    /// The loss of its output.
    Loss,
    /// Gradients of the loss.
    Backward,
    /// The optimizer's step.
    Step,
    /// Gradients are unset.
    Zero,
}
