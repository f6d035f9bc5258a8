// Package metric computes a metric over a pass of validation or test: the optional export of that name. A plugin that
// imports it says `metric` in the Makefile: $(eval $(call go-plugin,NAME.wasm,.,metric)).
package metric

import "callbox/tensors"

// Metric is called for every pass if the plan reports anything.
type Metric interface {
	// BeginPass forgets the last one.
	BeginPass()
	// Update is one batch: the model's output, its target, and how many samples they hold.
	Update(output, target tensors.Tensor, size uint32) error
	// FinishPass gives a value for each metric of the plan.
	FinishPass() ([]Report, error)
}

// Report is a value of a metric that the plan declares, and how many samples stand behind it.
type Report struct {
	Name   string
	Value  float64
	Weight float64
}
