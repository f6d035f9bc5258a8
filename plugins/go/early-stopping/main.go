// Package main stops training when a metric no longer improves.
//
// As in fastai v1, training stops when the number of bad epochs in a row is *greater* than patience: patience 0 stops at
// the first bad epoch. An epoch is bad when the metric is not better than the best so far by more than min-delta; NaN is
// never better. An epoch without a whole validation is neither good nor bad.
package main

import (
	"fmt"
	"math"
	"strings"

	"callbox"
	"callbox/saved"
	"callbox/signal"
)

// Params are what the user may set.
type Params struct {
	Monitor  string  `default:"valid-loss" doc:"The metric to watch: train-loss, valid-loss or one of the run's metrics."`
	Patience uint32  `doc:"Bad epochs in a row to put up with."`
	MinDelta float64 `min:"0" doc:"An improvement is a change by more than this."`
	Mode     string  `default:"auto" choices:"auto|min|max" doc:"Whether lower or higher is better; auto: as the run says, else lower for a loss or an error."`
}

// EarlyStopping watches one metric.
type EarlyStopping struct {
	memory
	params        Params
	lowerIsBetter bool
	// needsValidation: the metric is new only after one.
	needsValidation bool
}

// memory is what is saved.
type memory struct {
	Best      *best
	BadEpochs uint32
	// Validated: a whole validation was done in this epoch.
	Validated bool
}

// best is the best value so far and the epoch that it is of, from 1 as in the epoch table.
type best struct {
	Value float64
	Epoch uint32
}

func init() {
	callbox.Register(callbox.About{
		Name:         "early-stopping",
		Version:      "0.1.0",
		Summary:      "Stops training when a metric no longer improves",
		Needs:        []callbox.Power{callbox.PowerControl},
		StateVersion: 2,
	}, start)
}

func main() {}

func start(run *callbox.Run, params Params) (*EarlyStopping, error) {
	needsValidation := params.Monitor != "train-loss"
	if needsValidation && run.ValidBatches == nil {
		return nil, fmt.Errorf("`%s` needs a validation, and this run has none: monitor train-loss", params.Monitor)
	}
	return &EarlyStopping{
		params:          params,
		lowerIsBetter:   lowerIsBetter(run, params),
		needsValidation: needsValidation,
	}, nil
}

// Plan asks for the ends of validations and epochs.
func (e *EarlyStopping) Plan() callbox.Plan {
	return callbox.Plan{
		On: []callbox.Subscription{
			callbox.On(callbox.ValidEnd),
			callbox.On(callbox.EpochEnd).Reads(callbox.ReadsMonitored),
		},
		Monitors: []string{e.params.Monitor},
		Powers:   []callbox.Power{callbox.PowerControl},
	}
}

// OnValidEnd notes that the metric is new.
func (e *EarlyStopping) OnValidEnd(state *callbox.State) ([]callbox.Signal, error) {
	e.Validated = e.Validated || !state.Partial
	return nil, nil
}

// OnEpochEnd judges the epoch.
func (e *EarlyStopping) OnEpochEnd(state *callbox.State) ([]callbox.Signal, error) {
	validated := e.Validated
	e.Validated = false
	if e.needsValidation && (!validated || state.Partial) {
		return nil, nil
	}
	value := state.Monitored[0]
	if e.improves(value) {
		e.Best, e.BadEpochs = &best{value, state.Epoch + 1}, 0
		return nil, nil
	}
	e.BadEpochs++
	if e.BadEpochs <= e.params.Patience {
		return nil, nil
	}
	return []callbox.Signal{signal.StopTraining(e.reason())}, nil
}

// Save writes the best value and the bad epochs.
func (e *EarlyStopping) Save() ([]byte, error) {
	return saved.Marshal(e.memory)
}

// Load reads them back.
func (e *EarlyStopping) Load(data []byte) error {
	return saved.Unmarshal(data, &e.memory)
}

func (e *EarlyStopping) improves(value float64) bool {
	if e.Best == nil {
		return !math.IsNaN(value)
	}
	if e.lowerIsBetter {
		return value+e.params.MinDelta < e.Best.Value
	}
	return value-e.params.MinDelta > e.Best.Value
}

// reason has whole numbers only, which every language writes alike; the table has the metric's values.
func (e *EarlyStopping) reason() string {
	if e.Best == nil {
		return e.params.Monitor + " has been NaN in every epoch"
	}
	return fmt.Sprintf("%s has not improved since epoch %d", e.params.Monitor, e.Best.Epoch)
}

func lowerIsBetter(run *callbox.Run, params Params) bool {
	if params.Mode != "auto" {
		return params.Mode == "min"
	}
	if better := run.Better(params.Monitor); better != callbox.BetterNeither {
		return better == callbox.BetterLower
	}
	lower := strings.Contains(params.Monitor, "loss") || strings.Contains(params.Monitor, "error")
	better := map[bool]string{true: "lower", false: "higher"}[lower]
	callbox.Warnf("`%s` does not say which is better: taking %s; set mode", params.Monitor, better)
	return lower
}
