// Package main is all that an SDK can say and see, in one plugin: every language has this one, and all of them must give
// the same journal.
//
// At train-begin it reports schedules and random numbers, at every third batch-end the whole state, at valid-end a table
// and a histogram, at epoch-end one of each signal, which the host refuses as one list, and in OnFinish it logs how the
// run ended.
package main

import (
	"errors"
	"fmt"
	"strings"

	"callbox"
	"callbox/anneal"
	"callbox/saved"
	"callbox/signal"
)

// Params are one of each type.
type Params struct {
	Flag    bool      `default:"true" doc:"A flag."`
	Whole   int64     `default:"-7" min:"-1000" max:"1000" doc:"A whole number."`
	Count   uint32    `default:"3" doc:"A count."`
	Number  float64   `default:"0.25" min:"0" doc:"A number."`
	Choice  string    `default:"größer" choices:"größer||\"quoted\"" doc:"One of three texts."`
	Numbers []float64 `default:"1|2.5" doc:"Numbers."`
	Texts   []string  `default:"a|β" doc:"Texts."`
}

// Tour shows them.
type Tour struct {
	params Params
	run    *callbox.Run
	random *callbox.Random
	events uint32
}

// memory is what is saved.
type memory struct {
	Random uint64
	Events uint32
}

func init() {
	callbox.Register(callbox.About{
		Name:         "tour",
		Version:      "0.1.0",
		Summary:      "Shows all that an SDK can say and see",
		Needs:        []callbox.Power{callbox.PowerControl},
		Wants:        []callbox.Power{callbox.PowerLR, callbox.PowerWD},
		StateVersion: 3,
	}, start)
}

func main() {}

func start(run *callbox.Run, params Params) (*Tour, error) {
	if params.Count == 13 {
		return nil, fmt.Errorf("%s is superstitious", run.Plugin)
	}
	return &Tour{params: params, run: run, random: callbox.NewRandom(run.Seed)}, nil
}

// Plan asks for some of everything.
func (t *Tour) Plan() callbox.Plan {
	return callbox.Plan{
		On: []callbox.Subscription{
			callbox.On(callbox.TrainBegin),
			callbox.On(callbox.BatchEnd).In(callbox.Train).Every(t.params.Count).
				Reads(callbox.ReadsLosses).Reads(callbox.ReadsHypers),
			callbox.On(callbox.ValidEnd).Reads(callbox.ReadsMonitored),
			callbox.On(callbox.EpochEnd),
		},
		Monitors: []string{"valid-loss", "train-loss"},
		Reports:  []callbox.MetricSpec{{Name: "tour"}, {Name: "seen", Better: callbox.BetterHigher}},
		Powers:   []callbox.Power{callbox.PowerControl},
		Owns:     []signal.HyperName{signal.WD},
	}
}

// OnTrainBegin reports schedules and random numbers.
func (t *Tour) OnTrainBegin(*callbox.State) ([]callbox.Signal, error) {
	t.events++
	callbox.Debugf("%s", t.settings())
	callbox.Infof("%s", t.facts())
	var values []float64
	for step := -1; step <= 21; step++ {
		pct := float64(step) / 20
		values = append(values,
			anneal.Linear(0.1, 4e-7, pct), anneal.Cosine(0.1, 4e-7, pct), anneal.Exponential(0.1, 4e-7, pct))
	}
	for range 10 {
		values = append(values, t.random.Uniform())
	}
	for n := range uint64(9) {
		values = append(values, float64(t.random.Below((n+1)*(n+1))))
	}
	values = append(values, t.params.Numbers...)
	values = append(values, t.params.Number)
	var signals []callbox.Signal
	for _, value := range values {
		signals = append(signals, signal.Report("tour", value))
	}
	return signals, nil
}

// OnBatchEnd reports the whole state.
func (t *Tour) OnBatchEnd(state *callbox.State) ([]callbox.Signal, error) {
	t.events++
	if state.Losses == nil || len(state.Hypers) == 0 {
		return nil, errors.New("no losses or no hypers were filled in")
	}
	training := 0.0
	if state.Phase == callbox.Train {
		training = 1
	}
	hyper := state.Hypers[0]
	seen := []float64{
		float64(state.Epoch),
		float64(state.NumBatch),
		float64(state.Iteration),
		float64(state.Samples),
		training,
		float64(state.BatchSize),
		state.Losses.Raw,
		state.Losses.Last,
		state.Losses.Smooth,
		hyper.LR,
		orLess(hyper.Mom),
		hyper.WD,
		orLess(hyper.Beta),
		float64(len(state.Monitored)),
	}
	var signals []callbox.Signal
	for _, value := range seen {
		signals = append(signals, signal.ReportWeighted("seen", value, 0.5))
	}
	return append(signals, signal.Set(signal.WD, anneal.Linear(0, 0.01, t.random.Uniform()))), nil
}

// OnValidEnd shows a table and a histogram.
func (t *Tour) OnValidEnd(state *callbox.State) ([]callbox.Signal, error) {
	t.events++
	if state.Epoch == 1 {
		return nil, errors.New("an error of epoch 2")
	}
	return []callbox.Signal{
		signal.Table("monitored", []string{"row"}, t.params.Texts, state.Monitored),
		signal.Histogram("ascending", []float64{-1.5, 0, 1e300}, []float64{float64(t.events), 0}),
	}, nil
}

// OnEpochEnd saves, loads, and says everything.
func (t *Tour) OnEpochEnd(state *callbox.State) ([]callbox.Signal, error) {
	t.events++
	data, err := t.Save()
	if err != nil {
		return nil, err
	}
	t.events = 0
	if err := t.Load(data); err != nil {
		return nil, err
	}
	callbox.Warnf("epoch %d is over after %d events", state.Epoch, t.events)
	return everything(), nil
}

// OnFinish logs how the run ended.
func (t *Tour) OnFinish(state *callbox.State, outcome *callbox.Outcome) ([]callbox.Signal, error) {
	switch outcome.Ended {
	case callbox.Completed:
		callbox.Infof("completed after %d epochs", state.Epoch)
	case callbox.Stopped:
		var stops []string
		for _, stop := range outcome.Stops {
			stops = append(stops, fmt.Sprintf("%s (%s)", stop.By, stop.Reason))
		}
		callbox.Infof("stopped by %s", strings.Join(stops, ", "))
	case callbox.Failed:
		callbox.Errorf("failed: %s", outcome.Message)
	}
	return []callbox.Signal{signal.Report("tour", float64(t.events))}, nil
}

// Save writes the random stream and the events.
func (t *Tour) Save() ([]byte, error) {
	return saved.Marshal(memory{t.random.State, t.events})
}

// Load reads them back.
func (t *Tour) Load(data []byte) error {
	var read memory
	err := saved.Unmarshal(data, &read)
	if err == nil {
		t.random.State, t.events = read.Random, read.Events
	}
	return err
}

func (t *Tour) settings() string {
	p := t.params
	return fmt.Sprintf("flag %t, whole %d, count %d, choice %s, texts %s",
		p.Flag, p.Whole, p.Count, p.Choice, strings.Join(p.Texts, "|"))
}

func (t *Tour) facts() string {
	var granted, metrics []string
	for _, grant := range t.run.Granted {
		granted = append(granted, string(grant.Power))
	}
	for _, metric := range t.run.Metrics {
		metrics = append(metrics, metric.Name)
	}
	return fmt.Sprintf("%s in %s: %d epochs, %s batches, %s+%s per epoch of %s+%s samples, %d classes, groups %s, %s, "+
		"granted %s, metrics %s, rank %d of %d",
		t.run.Plugin, t.run.ID, t.run.NEpochs, count(t.run.PlannedIterations),
		count(t.run.TrainBatches), count(t.run.ValidBatches), count(t.run.NSamples), count(t.run.ValidSamples),
		len(t.run.ClassCounts), strings.Join(t.run.Groups, "|"), t.run.Optimizer,
		strings.Join(granted, "|"), strings.Join(metrics, "|"), t.run.Rank, t.run.WorldSize)
}

func count(number *uint64) string {
	if number == nil {
		return "?"
	}
	return fmt.Sprint(*number)
}

func orLess(number *float64) float64 {
	if number == nil {
		return -1
	}
	return *number
}
