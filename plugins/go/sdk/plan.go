package callbox

import (
	"fmt"
	"slices"

	"callbox/signal"
)

// Plan is when to call a plugin and what it will do in this run: a subset of its About. The zero value is never called
// but for OnFinish, and has no powers.
type Plan struct {
	// On are the hooks to be called at; the same one may stand in several, one per phase.
	On []Subscription
	// Monitors are metrics to find in State.Monitored, in this order, where a subscription reads it.
	Monitors []string
	// Reports are metrics that it will report, in kebab-case.
	Reports []MetricSpec
	// Powers are those that it will use, out of About's.
	Powers []Power
	// Owns are hyper-parameters that it will Set, as their one owner. Their powers come with them.
	Owns []signal.HyperName
	// Transforms says where it is asked for what flows through the loop. The power comes with it.
	Transforms Transforms
	// RunBefore are plugins whose transforms come later than this one's, by their names in the run.
	RunBefore []string
	// RunAfter are plugins whose transforms come earlier than this one's.
	RunAfter []string
}

// Transforms says which of a plugin's transforms are called.
type Transforms struct {
	// Input: the batch before the model sees it.
	Input bool
	// Output: the model's output before the loss.
	Output bool
	// Loss: the loss before the gradients.
	Loss bool
	// InValidation: in batches of validation as well, the loss apart.
	InValidation bool
}

// Subscription is a hook, and when it reaches the plugin. On makes it.
type Subscription struct {
	hook  Hook
	phase *Phase
	every uint32
	reads Reads
}

// Reads are parts of the state that cost something to fill in, to be joined with |.
type Reads uint8

// All of them.
const (
	ReadsLosses    Reads = 1 << iota // State.Losses; on a GPU this waits for the device
	ReadsHypers                      // State.Hypers
	ReadsMonitored                   // State.Monitored
	ReadsLate                        // losses may be those of the batch before, so that the device is not waited for
)

// On is a hook, every time, in every phase, with nothing that costs to fill in. The methods refine it:
//
//	callbox.On(callbox.BatchEnd).In(callbox.Train).Every(10).Reads(callbox.ReadsLosses | callbox.ReadsHypers)
func On(hook Hook) Subscription {
	return Subscription{hook: hook, every: 1}
}

// In is the same, only in this phase.
func (s Subscription) In(phase Phase) Subscription {
	s.phase = &phase
	return s
}

// Every is the same, only at every n-th occurrence, the first included; 0 is refused by the host.
func (s Subscription) Every(n uint32) Subscription {
	s.every = n
	return s
}

// Reads is the same, with these parts of the state filled in.
func (s Subscription) Reads(reads Reads) Subscription {
	s.reads |= reads
	return s
}

// powers are the plan's own and those that come with what it owns and transforms, each once.
func (p *Plan) powers() []Power {
	all := slices.Clone(p.Powers)
	for _, name := range p.Owns {
		all = append(all, Power(name.String()))
	}
	if p.Transforms != (Transforms{}) {
		all = append(all, PowerTransform)
	}
	var once []Power
	for _, power := range all {
		if !slices.Contains(once, power) {
			once = append(once, power)
		}
	}
	return once
}

// check finds a hook that the plan asks for and the plugin has no method for, which Go's compiler cannot.
func (p *Plan) check(hooks *handlers) error {
	for _, subscription := range p.On {
		if hook := subscription.hook; hooks[hook] == nil {
			return fmt.Errorf("the plan asks for %s, but there is no method %s(*callbox.State) ([]callbox.Signal, error)",
				hook, methods[hook].name)
		}
	}
	return nil
}
