package signal

// Kind is a case of the contract's signal, in its order.
type Kind uint8

// All of them, and the type of their payload.
const (
	KindStopTraining          Kind = iota // string
	KindStopEpoch                         // string
	KindStopValidation                    // string
	KindSkipValidation                    // nil
	KindValidateNow                       // nil
	KindSkipBatch                         // nil
	KindSkipBackward                      // nil
	KindSkipStep                          // nil
	KindKeepGradients                     // nil
	KindSetHyper                          // HyperUpdate
	KindScaleGrad                         // float64
	KindClipGradValue                     // float64
	KindClipGradNorm                      // float64
	KindClipGradAdaptive                  // [2]float64: factor, floor
	KindNoiseGrad                         // float64
	KindSetTrainable                      // Switch
	KindSetNormFrozen                     // Switch
	KindRefreshNormStatistics             // nil
	KindSlot                              // SlotOp
	KindSampleWeights                     // uint64
	KindReport                            // Reported
	KindTable                             // Matrix
	KindHistogram                         // Counts
	KindCheckpoint                        // string
	KindOther                             // Unnamed
)

// HyperName is a hyper-parameter.
type HyperName uint8

// In the contract's order.
const (
	LR   HyperName = iota // learning rate
	Mom                   // momentum of SGD and RMSprop, beta1 of Adam
	WD                    // weight decay
	Beta                  // beta2 of Adam, alpha of RMSprop
)

// String is the contract's name of it, which is also the name of the power that setting or scaling it takes.
func (n HyperName) String() string {
	return [...]string{"lr", "mom", "wd", "beta"}[n]
}

// HyperUpdate is one change of one hyper-parameter.
type HyperUpdate struct {
	// Name says of which.
	Name HyperName
	// Group is the layer group; nil: all groups.
	Group *uint32
	// Factor: Value is this plugin's factor; else it is the value itself, from its owner.
	Factor bool
	// Value is finite, a factor at least 0.
	Value float64
}

// Switch turns something of a layer group on or off.
type Switch struct {
	Group uint32
	On    bool
}

// SlotDo is what to do with a slot, in the contract's order.
type SlotDo uint8

// All that can be done with one.
const (
	SlotSnapshot SlotDo = iota
	SlotRestore
	SlotBlend
	SlotEvaluateWith
	SlotAdopt
	SlotForget
)

// SlotOp is about a copy of the weights that the host keeps.
type SlotOp struct {
	Do   SlotDo
	Slot string
	// Weight is of SlotBlend alone.
	Weight float64
}

// Reported is a metric's value, and the samples behind it.
type Reported struct {
	Name   string
	Value  float64
	Weight float64
}

// Matrix is a table; values in row-major order.
type Matrix struct {
	Name    string
	Rows    []string
	Columns []string
	Values  []float64
}

// Counts is a histogram: one edge more than counts.
type Counts struct {
	Name   string
	Edges  []float64
	Counts []float64
}

// Unnamed is a signal that the contract has no case for.
type Unnamed struct {
	Name    string
	Numbers []float64
}
