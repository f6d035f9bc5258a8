package callbox

import (
	types "callbox/bindings/imports/callbox_plugin_types"

	witTypes "go.bytecodealliance.org/pkg/wit/types"
)

// From the contract's records to the SDK's.

func runOf(run types.Run) *Run {
	return &Run{
		ID:                run.Id,
		Plugin:            run.Plugin,
		Seed:              run.Seed,
		Granted:           each(run.Granted, grantOf),
		NEpochs:           run.NEpochs,
		PlannedIterations: pointer(run.PlannedIterations),
		TrainBatches:      pointer(run.TrainBatches),
		ValidBatches:      pointer(run.ValidBatches),
		NSamples:          pointer(run.NSamples),
		ValidSamples:      pointer(run.ValidSamples),
		Metrics:           each(run.Metrics, metricOf),
		ClassCounts:       run.ClassCounts,
		Groups:            run.Groups,
		Hypers:            each(run.Hypers, hyperOf),
		Optimizer:         run.Optimizer,
		TrueWD:            run.TrueWd,
		Rank:              run.Rank,
		WorldSize:         run.WorldSize,
	}
}

func grantOf(grant types.Grant) Grant {
	return Grant{Power: Power(grant.Power), Min: pointer(grant.Min), Max: pointer(grant.Max)}
}

func metricOf(spec types.MetricSpec) MetricSpec {
	better := BetterNeither
	if spec.HigherIsBetter.IsSome() {
		better = BetterLower
		if spec.HigherIsBetter.Some() {
			better = BetterHigher
		}
	}
	return MetricSpec{Name: spec.Name, Better: better}
}

func hyperOf(hyper types.Hyper) Hyper {
	return Hyper{LR: hyper.Lr, Mom: pointer(hyper.Mom), WD: hyper.Wd, Beta: pointer(hyper.Beta)}
}

// StateOf is for package transform: a plugin has no use for it.
func StateOf(state types.State) *State {
	var losses *Losses
	if state.Losses.IsSome() {
		known := state.Losses.Some()
		losses = &Losses{Raw: known.Raw, Last: known.Last, Smooth: known.Smooth}
	}
	return &State{
		Epoch:     state.Epoch,
		NumBatch:  state.NumBatch,
		Iteration: state.Iteration,
		Samples:   state.Samples,
		Phase:     Phase(state.Phase),
		BatchSize: state.BatchSize,
		Losses:    losses,
		Partial:   state.Partial,
		Hypers:    each(state.Hypers, hyperOf),
		Monitored: state.Monitored,
	}
}

func outcomeOf(outcome types.Outcome) *Outcome {
	switch outcome.Tag() {
	case types.Outcome_Stopped:
		return &Outcome{Ended: Stopped, Stops: each(outcome.Stopped(), func(stop types.Stop) Stop {
			return Stop{By: stop.By, Reason: stop.Reason}
		})}
	case types.Outcome_Failed:
		return &Outcome{Ended: Failed, Message: outcome.Failed()}
	}
	return &Outcome{Ended: Completed}
}

func settingOf(set types.Setting) setting {
	return setting{set.Name, valueOf(set.Value)}
}

func valueOf(value types.Value) any {
	switch value.Tag() {
	case types.Value_Flag:
		return value.Flag()
	case types.Value_Integer:
		return value.Integer()
	case types.Value_Number:
		return value.Number()
	case types.Value_Text:
		return value.Text()
	case types.Value_Numbers:
		return value.Numbers()
	}
	return value.Texts()
}

func pointer[T any](optional witTypes.Option[T]) *T {
	if optional.IsNone() {
		return nil
	}
	value := optional.Some()
	return &value
}
