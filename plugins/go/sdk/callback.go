package callbox

// Callback is a plugin: made when a run begins, called at the hooks that its plan names, gone when the run ends.
//
// It has a method for each hook that it is called at, which one of the interfaces below describes. An error that one
// gives is journaled as the plugin's violation, and the loop goes on; so does a panic. What may be answered where is in
// the table beside on-event in wit/callback.wit.
type Callback interface {
	// Plan is when to call this plugin and what it will do. Asked once, after it was made.
	Plan() Plan
}

// TrainBeginner is called once, after every plugin was made.
type TrainBeginner interface {
	OnTrainBegin(state *State) ([]Signal, error)
}

// EpochBeginner is called before the first batch of an epoch.
type EpochBeginner interface {
	OnEpochBegin(state *State) ([]Signal, error)
}

// BatchBeginner is called when a batch is on the device and the model has not seen it.
type BatchBeginner interface {
	OnBatchBegin(state *State) ([]Signal, error)
}

// LossBeginner is called when the model's output exists and the loss does not.
type LossBeginner interface {
	OnLossBegin(state *State) ([]Signal, error)
}

// BackwardBeginner is called when the loss exists and gradients do not. This and the next two are of training only.
type BackwardBeginner interface {
	OnBackwardBegin(state *State) ([]Signal, error)
}

// BackwardEnder is called when gradients exist and the optimizer has not stepped.
type BackwardEnder interface {
	OnBackwardEnd(state *State) ([]Signal, error)
}

// StepEnder is called when the optimizer has stepped, or its step was skipped.
type StepEnder interface {
	OnStepEnd(state *State) ([]Signal, error)
}

// BatchEnder is called when the batch is done.
type BatchEnder interface {
	OnBatchEnd(state *State) ([]Signal, error)
}

// ValidBeginner is called before the first validation batch.
type ValidBeginner interface {
	OnValidBegin(state *State) ([]Signal, error)
}

// ValidEnder is called when validation loss and metrics are final, or marked partial.
type ValidEnder interface {
	OnValidEnd(state *State) ([]Signal, error)
}

// EpochEnder is called when the epoch, its validation included, is done.
type EpochEnder interface {
	OnEpochEnd(state *State) ([]Signal, error)
}

// Finisher is called at the end of training: once, also after an error or a stop. Needs no subscription.
type Finisher interface {
	OnFinish(state *State, outcome *Outcome) ([]Signal, error)
}

// Saver writes everything needed to go on later; package saved helps.
type Saver interface {
	Save() ([]byte, error)
}

// Loader goes on from what Save wrote. The error is a sentence for the user, where the bytes are not what Save writes.
type Loader interface {
	Load(data []byte) error
}

// handler is the method of one hook.
type handler = func(*State) ([]Signal, error)

// handlers are a plugin's methods by hook; nil where it has none.
type handlers [EpochEnd + 1]handler

// methods finds them.
var methods = [EpochEnd + 1]struct {
	name string
	of   func(Callback) handler
}{
	TrainBegin: {"OnTrainBegin", func(plugin Callback) handler {
		return method(plugin, TrainBeginner.OnTrainBegin)
	}},
	EpochBegin: {"OnEpochBegin", func(plugin Callback) handler {
		return method(plugin, EpochBeginner.OnEpochBegin)
	}},
	BatchBegin: {"OnBatchBegin", func(plugin Callback) handler {
		return method(plugin, BatchBeginner.OnBatchBegin)
	}},
	LossBegin: {"OnLossBegin", func(plugin Callback) handler {
		return method(plugin, LossBeginner.OnLossBegin)
	}},
	BackwardBegin: {"OnBackwardBegin", func(plugin Callback) handler {
		return method(plugin, BackwardBeginner.OnBackwardBegin)
	}},
	BackwardEnd: {"OnBackwardEnd", func(plugin Callback) handler {
		return method(plugin, BackwardEnder.OnBackwardEnd)
	}},
	StepEnd: {"OnStepEnd", func(plugin Callback) handler {
		return method(plugin, StepEnder.OnStepEnd)
	}},
	BatchEnd: {"OnBatchEnd", func(plugin Callback) handler {
		return method(plugin, BatchEnder.OnBatchEnd)
	}},
	ValidBegin: {"OnValidBegin", func(plugin Callback) handler {
		return method(plugin, ValidBeginner.OnValidBegin)
	}},
	ValidEnd: {"OnValidEnd", func(plugin Callback) handler {
		return method(plugin, ValidEnder.OnValidEnd)
	}},
	EpochEnd: {"OnEpochEnd", func(plugin Callback) handler {
		return method(plugin, EpochEnder.OnEpochEnd)
	}},
}

// method binds an interface's method to a plugin; nil where the plugin does not have that interface.
func method[I any](plugin Callback, call func(I, *State) ([]Signal, error)) handler {
	having, ok := plugin.(I)
	if !ok {
		return nil
	}
	return func(state *State) ([]Signal, error) { return call(having, state) }
}

func handlersOf(plugin Callback) *handlers {
	var found handlers
	for hook := range found {
		found[hook] = methods[hook].of(plugin)
	}
	return &found
}
