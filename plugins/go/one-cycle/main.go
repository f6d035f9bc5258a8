// Package main is the 1cycle policy: the learning rate rises once and falls once along cosines, momentum mirrors it.
//
// From lr-max / div up to lr-max over the first pct-start of the run, then down to lr-max / final-div. The value given
// after batch k is in effect for batch k+1, so the very last one is never used. Groups keep the ratios with which their
// learning rates started: lr-max is the last group's.
package main

import (
	"errors"
	"slices"

	"callbox"
	"callbox/anneal"
	"callbox/signal"
)

// Params are what the user may set.
type Params struct {
	LRMax    float64 `default:"0.01" min:"0" doc:"Highest learning rate of the last layer group."`
	Div      float64 `default:"25" min:"1" doc:"The cycle starts at lr-max / div."`
	FinalDiv float64 `min:"0" doc:"The cycle ends at lr-max / final-div; 0 means div * 10,000."`
	PctStart float64 `default:"0.3" min:"0" max:"1" doc:"Part of the run in which the learning rate rises."`
	MomMax   float64 `default:"0.95" min:"0" max:"0.9999" doc:"Momentum where the learning rate is lowest."`
	MomMin   float64 `default:"0.85" min:"0" max:"0.9999" doc:"Momentum where the learning rate is highest."`
}

// OneCycle is one cycle over a run of known length.
type OneCycle struct {
	params Params
	// peaks are the highest learning rates of the layer groups.
	peaks []float64
	// rise and fall are in training batches.
	rise, fall uint64
	drivesMom  bool
}

func init() {
	callbox.Register(callbox.About{
		Name:    "one-cycle",
		Version: "0.1.0",
		Summary: "The 1cycle policy: the learning rate rises and falls once, momentum mirrors it",
		Needs:   []callbox.Power{callbox.PowerLR},
		Wants:   []callbox.Power{callbox.PowerMom},
	}, start)
}

func main() {}

func start(run *callbox.Run, params Params) (*OneCycle, error) {
	if run.PlannedIterations == nil {
		return nil, errors.New("a cycle needs an end: length unknown")
	}
	planned := *run.PlannedIterations
	if params.FinalDiv == 0 {
		params.FinalDiv = params.Div * 1e4
	}
	peaks := run.LRRatios()
	for group := range peaks {
		peaks[group] *= params.LRMax
		for _, lr := range []float64{peaks[group], peaks[group] / params.FinalDiv} {
			if err := run.Allows(signal.LR, lr); err != nil {
				return nil, err
			}
		}
	}
	rise := uint64(float64(planned) * params.PctStart)
	hasNoMom := slices.ContainsFunc(run.Hypers, func(hyper callbox.Hyper) bool { return hyper.Mom == nil })
	drivesMom := run.Grants(callbox.PowerMom) && !hasNoMom
	return &OneCycle{params, peaks, rise, planned - rise, drivesMom}, nil
}

// Plan owns the learning rate, and momentum where there is one.
func (o *OneCycle) Plan() callbox.Plan {
	owns := []signal.HyperName{signal.LR}
	if o.drivesMom {
		owns = append(owns, signal.Mom)
	}
	return callbox.Plan{
		On: []callbox.Subscription{
			callbox.On(callbox.TrainBegin),
			callbox.On(callbox.BatchEnd).In(callbox.Train),
		},
		Owns: owns,
	}
}

// OnTrainBegin sets what the first batch trains with.
func (o *OneCycle) OnTrainBegin(state *callbox.State) ([]callbox.Signal, error) {
	return o.values(state.Iteration), nil
}

// OnBatchEnd sets what the next batch trains with.
func (o *OneCycle) OnBatchEnd(state *callbox.State) ([]callbox.Signal, error) {
	return o.values(state.Iteration + 1), nil
}

// values are what the batch of this number trains with. They depend on nothing else, so there is nothing to save.
func (o *OneCycle) values(batch uint64) []callbox.Signal {
	signals := make([]callbox.Signal, 0, len(o.peaks)+1)
	for group, peak := range o.peaks {
		lr := o.cycle(batch, peak/o.params.Div, peak, peak/o.params.FinalDiv)
		signals = append(signals, signal.SetGroup(signal.LR, uint32(group), lr))
	}
	if o.drivesMom {
		mom := o.cycle(batch, o.params.MomMax, o.params.MomMin, o.params.MomMax)
		signals = append(signals, signal.Set(signal.Mom, mom))
	}
	return signals
}

func (o *OneCycle) cycle(batch uint64, low, high, end float64) float64 {
	if batch < o.rise {
		return anneal.Cosine(low, high, float64(batch)/float64(o.rise))
	}
	fallen := float64(batch-o.rise) / float64(max(o.fall, 1))
	return anneal.Cosine(high, end, fallen)
}
