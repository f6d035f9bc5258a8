package callbox

import "callbox/signal"

// About is what a plugin is and the most that it may ask for.
type About struct {
	// Name is in kebab-case. A run may use a plugin twice, under names of the user's choice.
	Name string
	// Version is a semantic version.
	Version string
	// Summary is one line.
	Summary string
	// Needs are powers without which the plugin refuses to work.
	Needs []Power
	// Wants are powers that it can do without; Run.Grants says which it got.
	Wants []Power
	// StateVersion is the version of what Save writes; 0 is taken as 1. Raise it when an older save no longer fits.
	StateVersion uint32
}

// Power is a right to change the loop. The user grants it; a plugin declares it first.
type Power string

// All of them, in the contract's order.
const (
	PowerControl    Power = "control"    // stop, skip, validate
	PowerLR         Power = "lr"         // set or scale the learning rate
	PowerMom        Power = "mom"        // set or scale momentum, beta1 of Adam
	PowerWD         Power = "wd"         // set or scale weight decay
	PowerBeta       Power = "beta"       // set or scale beta2 of Adam, alpha of RMSprop
	PowerGradients  Power = "gradients"  // scale, clip or disturb gradients
	PowerWeights    Power = "weights"    // freeze groups, keep and restore copies of the weights
	PowerSampler    Power = "sampler"    // change how samples are drawn
	PowerCheckpoint Power = "checkpoint" // write checkpoints
	PowerTransform  Power = "transform"  // change batches, outputs and losses
)

// Signal is what a hook asks the loop to do: package signal makes it.
type Signal = signal.Signal
