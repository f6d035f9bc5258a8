// Package main stops training as soon as the loss is good enough.
package main

import (
	"callbox"
	// [hook batch-end]
	"callbox/signal"
	// [/hook]
)

// Params are what the user may set.
type Params struct {
	Below float64 `default:"0.05" min:"0" doc:"Training stops when the smoothed loss is below this."`
}

// MyPlugin is made when a run begins and called at the hooks that its plan names.
type MyPlugin struct {
	params Params
}

func init() {
	callbox.Register(callbox.About{
		Name:    "my-plugin",
		Version: "0.1.0",
		Summary: "Stops training as soon as the loss is good enough",
		Needs:   []callbox.Power{callbox.PowerControl},
	}, start)
}

// start makes it. An error refuses the plugin, with its text.
func start(run *callbox.Run, params Params) (*MyPlugin, error) {
	return &MyPlugin{params}, nil
}

// Plan is when to call this plugin and what it will do.
func (p *MyPlugin) Plan() callbox.Plan {
	return callbox.Plan{
		On: []callbox.Subscription{
			// Each hook has its method below.
			// [hook train-begin]
			callbox.On(callbox.TrainBegin),
			// [/hook]
			// [hook epoch-begin]
			callbox.On(callbox.EpochBegin),
			// [/hook]
			// [hook batch-begin]
			callbox.On(callbox.BatchBegin),
			// [/hook]
			// [hook loss-begin]
			callbox.On(callbox.LossBegin),
			// [/hook]
			// [hook backward-begin]
			callbox.On(callbox.BackwardBegin),
			// [/hook]
			// [hook backward-end]
			callbox.On(callbox.BackwardEnd),
			// [/hook]
			// [hook step-end]
			callbox.On(callbox.StepEnd),
			// [/hook]
			// [hook batch-end]
			callbox.On(callbox.BatchEnd).In(callbox.Train).Reads(callbox.ReadsLosses),
			// [/hook]
			// [hook valid-begin]
			callbox.On(callbox.ValidBegin),
			// [/hook]
			// [hook valid-end]
			callbox.On(callbox.ValidEnd),
			// [/hook]
			// [hook epoch-end]
			callbox.On(callbox.EpochEnd),
			// [/hook]
		},
		Powers: []callbox.Power{callbox.PowerControl},
	}
}

// [hook train-begin]
// OnTrainBegin is called once, after every plugin was made.
func (p *MyPlugin) OnTrainBegin(state *callbox.State) ([]callbox.Signal, error) {
	callbox.Debugf("train-begin of epoch %d, iteration %d", state.Epoch, state.Iteration)
	return nil, nil
}

// [/hook]
// [hook epoch-begin]
// OnEpochBegin is called before the first batch of an epoch.
func (p *MyPlugin) OnEpochBegin(state *callbox.State) ([]callbox.Signal, error) {
	callbox.Debugf("epoch-begin of epoch %d, iteration %d", state.Epoch, state.Iteration)
	return nil, nil
}

// [/hook]
// [hook batch-begin]
// OnBatchBegin is called when a batch is on the device and the model has not seen it.
func (p *MyPlugin) OnBatchBegin(state *callbox.State) ([]callbox.Signal, error) {
	callbox.Debugf("batch-begin of epoch %d, iteration %d", state.Epoch, state.Iteration)
	return nil, nil
}

// [/hook]
// [hook loss-begin]
// OnLossBegin is called when the model's output exists and the loss does not.
func (p *MyPlugin) OnLossBegin(state *callbox.State) ([]callbox.Signal, error) {
	callbox.Debugf("loss-begin of epoch %d, iteration %d", state.Epoch, state.Iteration)
	return nil, nil
}

// [/hook]
// [hook backward-begin]
// OnBackwardBegin is called when the loss exists and gradients do not.
func (p *MyPlugin) OnBackwardBegin(state *callbox.State) ([]callbox.Signal, error) {
	callbox.Debugf("backward-begin of epoch %d, iteration %d", state.Epoch, state.Iteration)
	return nil, nil
}

// [/hook]
// [hook backward-end]
// OnBackwardEnd is called when gradients exist and the optimizer has not stepped.
func (p *MyPlugin) OnBackwardEnd(state *callbox.State) ([]callbox.Signal, error) {
	callbox.Debugf("backward-end of epoch %d, iteration %d", state.Epoch, state.Iteration)
	return nil, nil
}

// [/hook]
// [hook step-end]
// OnStepEnd is called when the optimizer has stepped, or its step was skipped.
func (p *MyPlugin) OnStepEnd(state *callbox.State) ([]callbox.Signal, error) {
	callbox.Debugf("step-end of epoch %d, iteration %d", state.Epoch, state.Iteration)
	return nil, nil
}

// [/hook]
// [hook batch-end]
// OnBatchEnd is called when the batch is done.
func (p *MyPlugin) OnBatchEnd(state *callbox.State) ([]callbox.Signal, error) {
	if state.Losses.Smooth < p.params.Below {
		return []callbox.Signal{signal.StopTraining("the loss is good enough")}, nil
	}
	return nil, nil
}

// [/hook]
// [hook valid-begin]
// OnValidBegin is called before the first validation batch.
func (p *MyPlugin) OnValidBegin(state *callbox.State) ([]callbox.Signal, error) {
	callbox.Debugf("valid-begin of epoch %d, iteration %d", state.Epoch, state.Iteration)
	return nil, nil
}

// [/hook]
// [hook valid-end]
// OnValidEnd is called when validation loss and metrics are final, or marked partial.
func (p *MyPlugin) OnValidEnd(state *callbox.State) ([]callbox.Signal, error) {
	callbox.Debugf("valid-end of epoch %d, iteration %d", state.Epoch, state.Iteration)
	return nil, nil
}

// [/hook]
// [hook epoch-end]
// OnEpochEnd is called when the epoch, its validation included, is done.
func (p *MyPlugin) OnEpochEnd(state *callbox.State) ([]callbox.Signal, error) {
	callbox.Debugf("epoch-end of epoch %d, iteration %d", state.Epoch, state.Iteration)
	return nil, nil
}

// [/hook]
// [hook finish]
// OnFinish is called at the end of training.
func (p *MyPlugin) OnFinish(state *callbox.State, outcome *callbox.Outcome) ([]callbox.Signal, error) {
	callbox.Debugf("%s after %d epochs", outcome.Ended, state.Epoch)
	return nil, nil
}

// [/hook]
// A plugin is a library: nothing runs but the hooks.
func main() {}
