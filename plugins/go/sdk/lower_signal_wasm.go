package callbox

import (
	"fmt"

	types "callbox/bindings/imports/callbox_plugin_types"
	"callbox/signal"

	witTypes "go.bytecodealliance.org/pkg/wit/types"
)

// lowerSignal panics where the payload is not the kind's, which only a signal made by hand can do.
func lowerSignal(s Signal) types.Signal {
	if lower, ok := signalsOf[s.Kind]; ok {
		return lower(s.Payload)
	}
	if lower, ok := plainSignals[s.Kind]; ok {
		return lower()
	}
	panic(fmt.Sprintf("%d is no kind of signal", s.Kind))
}

// plainSignals carry nothing.
var plainSignals = map[signal.Kind]func() types.Signal{
	signal.KindSkipValidation:        types.MakeSignalSkipValidation,
	signal.KindValidateNow:           types.MakeSignalValidateNow,
	signal.KindSkipBatch:             types.MakeSignalSkipBatch,
	signal.KindSkipBackward:          types.MakeSignalSkipBackward,
	signal.KindSkipStep:              types.MakeSignalSkipStep,
	signal.KindKeepGradients:         types.MakeSignalKeepGradients,
	signal.KindRefreshNormStatistics: types.MakeSignalRefreshNormStatistics,
}

// signalsOf carry a payload.
var signalsOf = map[signal.Kind]func(any) types.Signal{
	signal.KindStopTraining:     ofText(types.MakeSignalStopTraining),
	signal.KindStopEpoch:        ofText(types.MakeSignalStopEpoch),
	signal.KindStopValidation:   ofText(types.MakeSignalStopValidation),
	signal.KindSetHyper:         of(lowerHyperUpdate),
	signal.KindScaleGrad:        of(types.MakeSignalScaleGrad),
	signal.KindClipGradValue:    of(types.MakeSignalClipGradValue),
	signal.KindClipGradNorm:     of(types.MakeSignalClipGradNorm),
	signal.KindClipGradAdaptive: of(lowerClipGradAdaptive),
	signal.KindNoiseGrad:        of(types.MakeSignalNoiseGrad),
	signal.KindSetTrainable:     ofSwitch(types.MakeSignalSetTrainable),
	signal.KindSetNormFrozen:    ofSwitch(types.MakeSignalSetNormFrozen),
	signal.KindSlot:             of(lowerSlot),
	signal.KindSampleWeights:    of(types.MakeSignalSampleWeights),
	signal.KindReport:           of(lowerReport),
	signal.KindTable:            of(lowerTable),
	signal.KindHistogram:        of(lowerHistogram),
	signal.KindCheckpoint:       ofText(types.MakeSignalCheckpoint),
	signal.KindOther:            of(lowerOther),
}

// of takes a payload of this type.
func of[T any](lower func(T) types.Signal) func(any) types.Signal {
	return func(payload any) types.Signal { return lower(payload.(T)) }
}

func ofText(lower func(string) types.Signal) func(any) types.Signal {
	return func(payload any) types.Signal { return lower(utf8(payload.(string))) }
}

func ofSwitch(lower func(witTypes.Tuple2[uint32, bool]) types.Signal) func(any) types.Signal {
	return of(func(s signal.Switch) types.Signal {
		return lower(witTypes.Tuple2[uint32, bool]{F0: s.Group, F1: s.On})
	})
}

func lowerHyperUpdate(update signal.HyperUpdate) types.Signal {
	op := types.HyperOp_Set
	if update.Factor {
		op = types.HyperOp_Scale
	}
	return types.MakeSignalSetHyper(types.HyperUpdate{
		Name: lowerHyperName(update.Name), Group: option(update.Group), Op: op, Value: update.Value,
	})
}

func lowerClipGradAdaptive(limits [2]float64) types.Signal {
	return types.MakeSignalClipGradAdaptive(witTypes.Tuple2[float64, float64]{F0: limits[0], F1: limits[1]})
}

func lowerSlot(op signal.SlotOp) types.Signal {
	slot := utf8(op.Slot)
	return types.MakeSignalSlot([...]func() types.SlotOp{
		signal.SlotSnapshot: func() types.SlotOp { return types.MakeSlotOpSnapshot(slot) },
		signal.SlotRestore:  func() types.SlotOp { return types.MakeSlotOpRestore(slot) },
		signal.SlotBlend: func() types.SlotOp {
			return types.MakeSlotOpBlend(witTypes.Tuple2[string, float64]{F0: slot, F1: op.Weight})
		},
		signal.SlotEvaluateWith: func() types.SlotOp { return types.MakeSlotOpEvaluateWith(slot) },
		signal.SlotAdopt:        func() types.SlotOp { return types.MakeSlotOpAdopt(slot) },
		signal.SlotForget:       func() types.SlotOp { return types.MakeSlotOpForget(slot) },
	}[op.Do]())
}

func lowerReport(r signal.Reported) types.Signal {
	return types.MakeSignalReport(types.Report{Name: utf8(r.Name), Value: r.Value, Weight: r.Weight})
}

func lowerTable(m signal.Matrix) types.Signal {
	return types.MakeSignalTable(types.Table{
		Name: utf8(m.Name), Rows: each(m.Rows, utf8), Columns: each(m.Columns, utf8), Values: m.Values,
	})
}

func lowerHistogram(h signal.Counts) types.Signal {
	return types.MakeSignalHistogram(types.Histogram{Name: utf8(h.Name), Edges: h.Edges, Counts: h.Counts})
}

func lowerOther(u signal.Unnamed) types.Signal {
	return types.MakeSignalOther(witTypes.Tuple2[string, []float64]{F0: utf8(u.Name), F1: u.Numbers})
}
