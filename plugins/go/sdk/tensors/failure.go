package tensors

// Failure is why the host could not do what a plugin asked in a call: the error of every function here, in batch and in
// model. errors.As finds it.
type Failure struct {
	// Reason says which.
	Reason Reason
	// What is missing, expected and given, or spent.
	What string
}

// Reason is a kind of failure.
type Reason uint8

// In the contract's order.
const (
	Stale      Reason = iota // the tensor's batch is over, or the number is not this plugin's
	Missing                  // no such thing now, or under that name
	Mismatch                 // shapes, types or ranges don't fit
	OverBudget               // a budget of this event, or of its batch, is spent
)

// ErrNoHost is every call's answer natively, in tests.
var ErrNoHost = &Failure{Missing, "a host: tensors live in a run only"}

// Error is the same sentence in every language's SDK.
func (f *Failure) Error() string {
	switch f.Reason {
	case Missing:
		return "missing: " + f.What
	case Mismatch:
		return "mismatch: " + f.What
	case OverBudget:
		return "over budget: " + f.What
	}
	return "stale tensor: its batch is over, or it is not this plugin's"
}
