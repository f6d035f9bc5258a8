// Package main stops training as soon as the loss is good enough.
package main

import (
	"callbox"
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
			callbox.On(callbox.TrainBegin),
			callbox.On(callbox.EpochEnd),
		},
		Powers: []callbox.Power{callbox.PowerControl},
	}
}

// OnTrainBegin is called once, after every plugin was made.
func (p *MyPlugin) OnTrainBegin(state *callbox.State) ([]callbox.Signal, error) {
	callbox.Debugf("train-begin of epoch %d, iteration %d", state.Epoch, state.Iteration)
	return nil, nil
}

// OnEpochEnd is called when the epoch, its validation included, is done.
func (p *MyPlugin) OnEpochEnd(state *callbox.State) ([]callbox.Signal, error) {
	callbox.Debugf("epoch-end of epoch %d, iteration %d", state.Epoch, state.Iteration)
	return nil, nil
}

// A plugin is a library: nothing runs but the hooks.
func main() {}
