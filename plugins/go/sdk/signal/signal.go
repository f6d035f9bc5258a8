// Package signal has what a callback asks the loop to do. The table beside on-event in wit/callback.wit says where each
// is legal, which power it takes and how two of a kind merge.
package signal

// Signal is one of them; this package's functions make it. Two of the same content are equal to reflect.DeepEqual, so
// that tests can compare them.
type Signal struct {
	// Kind says which.
	Kind Kind
	// Payload is what it carries, of the type that Kind's constants name.
	Payload any
}

// StopTraining stops after the current batch; the reason goes into the record.
func StopTraining(reason string) Signal {
	return Signal{KindStopTraining, reason}
}

// StopEpoch ends this epoch's training after the current batch.
func StopEpoch(reason string) Signal {
	return Signal{KindStopEpoch, reason}
}

// StopValidation ends this validation after the current batch; its result is marked partial.
func StopValidation(reason string) Signal {
	return Signal{KindStopValidation, reason}
}

// SkipValidation asks for no validation in this epoch.
func SkipValidation() Signal {
	return Signal{Kind: KindSkipValidation}
}

// ValidateNow validates after this batch.
func ValidateNow() Signal {
	return Signal{Kind: KindValidateNow}
}

// SkipBatch leaves this batch out: straight to its batch-end.
func SkipBatch() Signal {
	return Signal{Kind: KindSkipBatch}
}

// SkipBackward asks for no gradients from this batch, and no step.
func SkipBackward() Signal {
	return Signal{Kind: KindSkipBackward}
}

// SkipStep keeps the optimizer from stepping on this batch; its gradients are dropped.
func SkipStep() Signal {
	return Signal{Kind: KindSkipStep}
}

// KeepGradients keeps gradients for the next batch: accumulation.
func KeepGradients() Signal {
	return Signal{Kind: KindKeepGradients}
}

// Set sets a hyper-parameter in all layer groups, as its owner.
func Set(name HyperName, value float64) Signal {
	return Signal{KindSetHyper, HyperUpdate{Name: name, Value: value}}
}

// SetGroup sets a hyper-parameter in one layer group, as its owner.
func SetGroup(name HyperName, group uint32, value float64) Signal {
	return Signal{KindSetHyper, HyperUpdate{Name: name, Group: &group, Value: value}}
}

// Scale is this plugin's factor on a hyper-parameter in all layer groups, until it gives another; 1 takes it back.
func Scale(name HyperName, factor float64) Signal {
	return Signal{KindSetHyper, HyperUpdate{Name: name, Factor: true, Value: factor}}
}

// ScaleGroup is this plugin's factor on a hyper-parameter in one layer group.
func ScaleGroup(name HyperName, group uint32, factor float64) Signal {
	return Signal{KindSetHyper, HyperUpdate{Name: name, Group: &group, Factor: true, Value: factor}}
}

// ScaleGrad multiplies all gradients.
func ScaleGrad(factor float64) Signal {
	return Signal{KindScaleGrad, factor}
}

// ClipGradValue clamps each element of the gradients to [-limit, limit].
func ClipGradValue(limit float64) Signal {
	return Signal{KindClipGradValue, limit}
}

// ClipGradNorm scales all gradients so that their global L2 norm is at most limit.
func ClipGradNorm(limit float64) Signal {
	return Signal{KindClipGradNorm, limit}
}

// ClipGradAdaptive limits the gradient's norm per output unit to factor * max(the weight's norm, floor).
func ClipGradAdaptive(factor, floor float64) Signal {
	return Signal{KindClipGradAdaptive, [2]float64{factor, floor}}
}

// NoiseGrad adds Gaussian noise of this standard deviation to the gradients.
func NoiseGrad(std float64) Signal {
	return Signal{KindNoiseGrad, std}
}

// SetTrainable freezes or unfreezes a layer group.
func SetTrainable(group uint32, trainable bool) Signal {
	return Signal{KindSetTrainable, Switch{group, trainable}}
}

// SetNormFrozen keeps a group's normalisation layers in evaluation mode, or no longer.
func SetNormFrozen(group uint32, frozen bool) Signal {
	return Signal{KindSetNormFrozen, Switch{group, frozen}}
}

// RefreshNormStatistics asks for one pass over the training data, without gradients, that recomputes running
// statistics.
func RefreshNormStatistics() Signal {
	return Signal{Kind: KindRefreshNormStatistics}
}

// Snapshot copies weights, optimizer and model state into this plugin's slot of that name.
func Snapshot(slot string) Signal {
	return Signal{KindSlot, SlotOp{Do: SlotSnapshot, Slot: slot}}
}

// Restore puts a slot back; the data goes on.
func Restore(slot string) Signal {
	return Signal{KindSlot, SlotOp{Do: SlotRestore, Slot: slot}}
}

// Blend makes slot = slot + weight * (current - slot); it creates the slot at first use.
func Blend(slot string, weight float64) Signal {
	return Signal{KindSlot, SlotOp{Do: SlotBlend, Slot: slot, Weight: weight}}
}

// EvaluateWith validates with the slot's weights; the host puts the current ones back.
func EvaluateWith(slot string) Signal {
	return Signal{KindSlot, SlotOp{Do: SlotEvaluateWith, Slot: slot}}
}

// Adopt makes the slot's weights the current ones.
func Adopt(slot string) Signal {
	return Signal{KindSlot, SlotOp{Do: SlotAdopt, Slot: slot}}
}

// Forget frees a slot.
func Forget(slot string) Signal {
	return Signal{KindSlot, SlotOp{Do: SlotForget, Slot: slot}}
}

// SampleWeights gives the relative probability of drawing each training sample, in dataset order, from the next epoch
// on. A tensor is a number that the host gave.
func SampleWeights(tensor uint64) Signal {
	return Signal{KindSampleWeights, tensor}
}

// Report gives a value of a metric declared in the plan, with weight 1. NaN: there is no value.
func Report(name string, value float64) Signal {
	return ReportWeighted(name, value, 1)
}

// ReportWeighted gives a value of a metric declared in the plan, and how many samples stand behind it.
func ReportWeighted(name string, value, weight float64) Signal {
	return Signal{KindReport, Reported{name, value, weight}}
}

// Table shows a small matrix with a label per row and per column; values in row-major order.
func Table(name string, rows, columns []string, values []float64) Signal {
	return Signal{KindTable, Matrix{name, rows, columns, values}}
}

// Histogram shows counts between ascending edges: one edge more than counts.
func Histogram(name string, edges, counts []float64) Signal {
	return Signal{KindHistogram, Counts{name, edges, counts}}
}

// Checkpoint writes a checkpoint under this name.
func Checkpoint(name string) Signal {
	return Signal{KindCheckpoint, name}
}

// Other is for experiments: a name that the host may know, and numbers. An unknown name is refused.
func Other(name string, numbers ...float64) Signal {
	return Signal{KindOther, Unnamed{name, numbers}}
}
