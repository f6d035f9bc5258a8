package callbox

// State is what every callback may know at a hook.
type State struct {
	// Epoch is the current one, from 0; in OnFinish the number of epochs completed.
	Epoch uint32
	// NumBatch is the index of the batch within its phase, from 0.
	NumBatch uint32
	// Iteration counts training batches completed before the current one.
	Iteration uint64
	// Samples are the training samples in them.
	Samples uint64
	// Phase is the loader of the current batch; Train outside a batch, but for valid-begin and valid-end.
	Phase Phase
	// BatchSize are the samples in the current batch; 0 outside a batch.
	BatchSize uint32
	// Losses are nil unless the subscription reads them.
	Losses *Losses
	// Partial: the last validation was stopped early, or left a batch out; its numbers never count as best.
	Partial bool
	// Hypers are in effect, one entry per layer group. Empty unless the subscription reads them.
	Hypers []Hyper
	// Monitored are the metrics named in Plan.Monitors, in that order, NaN where there is none yet. Empty unless the
	// subscription reads them.
	Monitored []float64
}

// Losses are those known at a hook; NaN where one does not exist yet.
type Losses struct {
	// Raw is as the model gave it, before any transform.
	Raw float64
	// Last is after all transforms: what is back-propagated.
	Last float64
	// Smooth is the exponential average of Raw over training batches, debiased. NaN for good after one that was NaN.
	Smooth float64
}

// Hyper are the optimizer's hyper-parameters for one layer group. nil: this optimizer has no such thing.
type Hyper struct {
	// LR is the learning rate.
	LR float64
	// Mom is the momentum of SGD and RMSprop, beta1 of Adam.
	Mom *float64
	// WD is the weight decay: L2 or decoupled, see Run.TrueWD.
	WD float64
	// Beta is beta2 of Adam, alpha of RMSprop.
	Beta *float64
}

// Outcome is how a run ended.
type Outcome struct {
	// Ended says in which way.
	Ended Ended
	// Stops are the callbacks that asked for it, where the run was Stopped.
	Stops []Stop
	// Message is the host's, where the run Failed.
	Message string
}

// Ended is a way in which a run ends.
type Ended uint8

// In the contract's order.
const (
	Completed Ended = iota // all epochs done
	Stopped                // callbacks asked for it
	Failed                 // the host failed
)

// String is the contract's name of it.
func (e Ended) String() string {
	return [...]string{"completed", "stopped", "failed"}[e]
}

// Stop is who asked the run to stop, and why.
type Stop struct {
	// By is the asking callback's name in this run.
	By string
	// Reason is in its own words.
	Reason string
}

// Hook is a named point of the training loop.
type Hook uint8

// In the order in which they occur.
const (
	TrainBegin    Hook = iota // once, after every plugin's start
	EpochBegin                // before the first batch of an epoch
	BatchBegin                // a batch is on the device, the model has not seen it
	LossBegin                 // the model's output exists, the loss does not
	BackwardBegin             // the loss exists, gradients do not; this and the next two are of training only
	BackwardEnd               // gradients exist, the optimizer has not stepped
	StepEnd                   // the optimizer has stepped, or its step was skipped
	BatchEnd                  // the batch is done
	ValidBegin                // before the first validation batch
	ValidEnd                  // validation loss and metrics are final, or marked partial
	EpochEnd                  // the epoch, its validation included, is done
)

// String is the contract's name of it.
func (h Hook) String() string {
	return [...]string{
		"train-begin", "epoch-begin", "batch-begin", "loss-begin", "backward-begin", "backward-end", "step-end",
		"batch-end", "valid-begin", "valid-end", "epoch-end",
	}[h]
}

// Phase is the loader that feeds a batch.
type Phase uint8

// In the contract's order.
const (
	Train Phase = iota // the training loader; gradients exist
	Valid              // the validation loader, once per epoch or on demand
	Test               // a loader that is only evaluated
)

// String is the contract's name of it.
func (p Phase) String() string {
	return [...]string{"train", "valid", "test"}[p]
}
