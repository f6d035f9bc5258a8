// Package batch is what the current batch holds. Reading it needs no power; at a hook where there is no such thing yet, the
// error is a tensors.Failure that is Missing.
package batch

import (
	host "callbox/bindings/imports/callbox_plugin_batch"
	"callbox/internal/ask"
	"callbox/tensors"
)

// Input is the model's, after transforms.
func Input() (tensors.Tensor, error) {
	if ask.Native {
		return 0, tensors.ErrNoHost
	}
	return ask.Tensor(host.Input())
}

// Target is the loss's, after transforms.
func Target() (tensors.Tensor, error) {
	if ask.Native {
		return 0, tensors.ErrNoHost
	}
	return ask.Tensor(host.Target())
}

// Output is the model's, after transforms.
func Output() (tensors.Tensor, error) {
	if ask.Native {
		return 0, tensors.ErrNoHost
	}
	return ask.Tensor(host.Output())
}

// Loss is after transforms. With its graph inside TransformLoss, without elsewhere.
func Loss() (tensors.Tensor, error) {
	if ask.Native {
		return 0, tensors.ErrNoHost
	}
	return ask.Tensor(host.Loss())
}

// LossOf is the run's own loss of an output against another target, mean over the batch. With a graph inside transforms.
func LossOf(output, target tensors.Tensor) (tensors.Tensor, error) {
	if ask.Native {
		return 0, tensors.ErrNoHost
	}
	return ask.Tensor(host.LossOf(uint64(output), uint64(target)))
}

// SampleLosses is the loss per sample of the untransformed output and target, and each sample's index in the dataset.
func SampleLosses() (losses, indices tensors.Tensor, err error) {
	if ask.Native {
		return 0, 0, tensors.ErrNoHost
	}
	both, err := ask.Value(host.SampleLosses())
	return tensors.Tensor(both.F0), tensors.Tensor(both.F1), err
}

// Labels is the class of every training sample, in dataset order. At any hook.
func Labels() (tensors.Tensor, error) {
	if ask.Native {
		return 0, tensors.ErrNoHost
	}
	return ask.Tensor(host.Labels())
}

// Activation is a named intermediate result that the model exposes; model.Activations lists the names. With a graph inside
// transforms.
func Activation(name string) (tensors.Tensor, error) {
	if ask.Native {
		return 0, tensors.ErrNoHost
	}
	return ask.Tensor(host.Activation(name))
}
