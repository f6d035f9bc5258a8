// Package model is the model's parameters, to read.
package model

import (
	host "callbox/bindings/imports/callbox_plugin_model"
	"callbox/internal/ask"
	"callbox/tensors"
)

// Parameter is one of the model's.
type Parameter struct {
	// Name is PyTorch's dotted name, such as layers.0.weight.
	Name string
	// Group is the index of its layer group.
	Group uint32
	// Shape is the sizes of its dimensions.
	Shape []uint64
	// Trainable is false while its group is frozen.
	Trainable bool
}

// Parameters are all of them, in the model's order. May be called in start. Natively there are none.
func Parameters() []Parameter {
	if ask.Native {
		return nil
	}
	var all []Parameter
	for _, one := range host.Parameters() {
		all = append(all, Parameter{one.Name, one.Group, one.Shape, one.Trainable})
	}
	return all
}

// Activations are the names that batch.Activation knows. May be called in start. Natively there are none.
func Activations() []string {
	if ask.Native {
		return nil
	}
	return host.Activations()
}

// Weight is a parameter's value, detached.
func Weight(name string) (tensors.Tensor, error) {
	if ask.Native {
		return 0, tensors.ErrNoHost
	}
	return ask.Tensor(host.Weight(name))
}

// Gradient is a parameter's, unscaled; the error is Missing where it has none now.
func Gradient(name string) (tensors.Tensor, error) {
	if ask.Native {
		return 0, tensors.ErrNoHost
	}
	return ask.Tensor(host.Gradient(name))
}

// GradientNorm is the L2 norm of all gradients together.
func GradientNorm() (float64, error) {
	if ask.Native {
		return 0, tensors.ErrNoHost
	}
	return ask.Value(host.GradientNorm())
}
