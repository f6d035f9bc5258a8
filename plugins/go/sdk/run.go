package callbox

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"callbox/signal"
)

// Run is what is fixed for a whole run. To a plugin a stage of a run is a run.
type Run struct {
	// ID is the run's name.
	ID string
	// Plugin is the name under which the user knows this plugin in this run.
	Plugin string
	// Seed is of this plugin's own random stream.
	Seed uint64
	// Granted is what this plugin may do in this run.
	Granted []Grant
	// NEpochs are planned.
	NEpochs uint32
	// PlannedIterations are the training batches planned in all; nil: unknown.
	PlannedIterations *uint64
	// TrainBatches are those per epoch; nil for an endless loader.
	TrainBatches *uint64
	// ValidBatches are those per pass; nil without validation.
	ValidBatches *uint64
	// NSamples are the training samples per epoch; nil for an endless loader.
	NSamples *uint64
	// ValidSamples are those per pass; nil without validation.
	ValidSamples *uint64
	// Metrics may be monitored: train-loss, valid-loss, and the run file's metrics.
	Metrics []MetricSpec
	// ClassCounts are the training samples per class; empty if there are no classes.
	ClassCounts []uint64
	// Groups are the names of the optimizer's layer groups, in order.
	Groups []string
	// Hypers are their hyper-parameters at the start, in the same order.
	Hypers []Hyper
	// Optimizer is sgd, adam, adamw or rmsprop.
	Optimizer string
	// TrueWD: weight decay is decoupled (true) or L2 (false).
	TrueWD bool
	// Rank is the process in a distributed run; 0 otherwise.
	Rank uint32
	// WorldSize are the processes in a distributed run; 1 otherwise.
	WorldSize uint32
}

// Grant is a power that the user gave.
type Grant struct {
	Power Power
	// Min is the least value in effect, for hyper-parameters; for control, the first training step at which it may stop
	// anything. nil: no bound.
	Min *float64
	// Max is the greatest value in effect, for hyper-parameters. nil: no bound.
	Max *float64
}

// MetricSpec is a metric's name and which direction is an improvement.
type MetricSpec struct {
	Name   string
	Better Better
}

// Better is which direction of a metric is an improvement.
type Better uint8

// The zero value is neither.
const (
	BetterNeither Better = iota // as for the norm of the gradients
	BetterLower                 // as for a loss
	BetterHigher                // as for accuracy
)

// Grants says whether the user gave this power to this plugin.
func (r *Run) Grants(power Power) bool {
	return r.grant(power) != nil
}

// Allows gives a sentence for the user unless a hyper-parameter may take this value in this run.
func (r *Run) Allows(name signal.HyperName, value float64) error {
	grant := r.grant(Power(name.String()))
	if grant == nil {
		return fmt.Errorf("this run does not grant `%s`", name)
	}
	if grant.Min != nil && value < *grant.Min {
		return fmt.Errorf("%s %s is below %s, the least that this run grants", name, decimal(value), decimal(*grant.Min))
	}
	if grant.Max != nil && value > *grant.Max {
		return fmt.Errorf("%s %s is above %s, the most that this run grants", name, decimal(value), decimal(*grant.Max))
	}
	return nil
}

// Better says which direction of a metric is an improvement; neither where the run does not know the metric.
func (r *Run) Better(metric string) Better {
	for _, known := range r.Metrics {
		if known.Name == metric {
			return known.Better
		}
	}
	return BetterNeither
}

// LRRatios is the learning rate of each layer group at the start, as a part of the last group's: a schedule that is
// given for the last group keeps these ratios. All 1 where the last one's is 0.
func (r *Run) LRRatios() []float64 {
	ratios := make([]float64, len(r.Hypers))
	for i, hyper := range r.Hypers {
		ratios[i] = 1
		if last := r.Hypers[len(r.Hypers)-1].LR; last > 0 {
			ratios[i] = hyper.LR / last
		}
	}
	return ratios
}

func (r *Run) grant(power Power) *Grant {
	for i := range r.Granted {
		if r.Granted[i].Power == power {
			return &r.Granted[i]
		}
	}
	return nil
}

// decimal is a number as every language's SDK writes it into sentences: the shortest digits, without an exponent.
func decimal(value float64) string {
	if math.IsInf(value, 0) {
		return strings.ToLower(strings.TrimPrefix(strconv.FormatFloat(value, 'f', -1, 64), "+"))
	}
	return strconv.FormatFloat(value, 'f', -1, 64)
}
