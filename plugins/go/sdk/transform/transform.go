// Package transform changes what flows through the loop: the optional export of that name. A plugin that imports it says
// `transform` in the Makefile: $(eval $(call go-plugin,NAME.wasm,.,transform)).
//
// Its methods are called where Plan.Transforms says, after the hook's events were applied. Each gets what the one before it
// left: in order for inputs, in reverse order for outputs and losses. nil leaves it as it is. In the state there are no
// losses, and lists are empty.
package transform

import (
	"callbox"
	"callbox/tensors"
)

// Pair is a batch.
type Pair struct {
	// Input is what the model is called on; its first dimension is the batch.
	Input tensors.Tensor
	// Target is what the loss compares with.
	Target tensors.Tensor
}

// Input changes the batch before the model sees it. What comes back must live on the run's device, as every tensor that
// the host makes does.
type Input interface {
	TransformInput(state *callbox.State, batch Pair) (*Pair, error)
}

// Output changes the model's output before the loss is taken.
type Output interface {
	TransformOutput(state *callbox.State, output tensors.Tensor) (*tensors.Tensor, error)
}

// Loss changes the loss before gradients are computed, in training only. What comes back must be a scalar that has a
// gradient: computed from this one, or from package batch's tensors.
type Loss interface {
	TransformLoss(state *callbox.State, loss tensors.Tensor) (*tensors.Tensor, error)
}
