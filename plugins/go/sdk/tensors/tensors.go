// Package tensors has tensors by number: the data stays on the run's device, and every operation runs on the host. A
// plugin that imports it imports callbox:tensors from the host.
//
//	// rms is the root of the mean square.
//	func rms(of tensors.Tensor) (float64, error) {
//		square, err := of.Square()
//		if err != nil {
//			return 0, err
//		}
//		mean, err := square.MeanAll()
//		if err != nil {
//			return 0, err
//		}
//		value, err := mean.Item()
//		return math.Sqrt(value), err
//	}
//
// A tensor lives until the current batch is over; outside a batch, until the answer to the event was applied. There is
// nothing to free, and an old number is a Failure that is Stale. Every call can fail: with another shape or type than it
// needs, or because a budget of operations, bytes or host time is spent. Reading waits for the device.
//
// Natively, in tests, there are no tensors: every call here answers a Failure that is Missing.
package tensors

import (
	"runtime"

	host "callbox/bindings/imports/callbox_tensors_tensors"

	witTypes "go.bytecodealliance.org/pkg/wit/types"
)

// Tensor is on the run's device, by the number that the host gave it. Copying copies the number.
type Tensor uint64

// Dtype is the type of a tensor's elements.
type Dtype uint8

// In the contract's order.
const (
	Float32 Dtype = iota
	Float64
	Float16
	Bfloat16
	Int64
	Int32
	Uint8
	Boolean
)

// Summary is of one tensor, in one pass and one wait for the device.
type Summary struct {
	// Mean is the arithmetic one.
	Mean float64
	// Std is the standard deviation, unbiased; NaN for one element.
	Std float64
	// Min and Max are the least and the greatest element.
	Min, Max float64
	// L2Norm is the square root of the sum of squares.
	L2Norm float64
	// NonFinite is how many elements are NaN or infinite.
	NonFinite uint64
}

// native is a build without a host. The compiler then leaves out the calls, which nothing could link.
const native = runtime.GOARCH != "wasm"

// Create makes a tensor of float32 from values in row-major order.
func Create(shape []uint64, values []float32) (Tensor, error) {
	if native {
		return 0, ErrNoHost
	}
	return made(host.Create(shape, values))
}

// Shape is the sizes of the dimensions; empty for a scalar.
func (t Tensor) Shape() ([]uint64, error) {
	if native {
		return nil, ErrNoHost
	}
	return asked(host.Shape(uint64(t)))
}

// Kind is the type of the elements.
func (t Tensor) Kind() (Dtype, error) {
	if native {
		return 0, ErrNoHost
	}
	kind, err := asked(host.Kind(uint64(t)))
	return Dtype(kind), err
}

// Summaries gives one per tensor, in order, in one wait for the device.
func Summaries(of ...Tensor) ([]Summary, error) {
	if native {
		return nil, ErrNoHost
	}
	numbers := make([]uint64, len(of))
	for i, tensor := range of {
		numbers[i] = uint64(tensor)
	}
	found, err := asked(host.Summaries(numbers))
	summaries := make([]Summary, len(found))
	for i, s := range found {
		summaries[i] = Summary{s.Mean, s.Std, s.Min, s.Max, s.L2Norm, s.NonFinite}
	}
	return summaries, err
}

// Item is the only element. Waits for the device.
func (t Tensor) Item() (float64, error) {
	if native {
		return 0, ErrNoHost
	}
	return asked(host.Item(uint64(t)))
}

// Read is length elements from offset, in row-major order, converted to float32. Copies.
func (t Tensor) Read(offset, length uint64) ([]float32, error) {
	if native {
		return nil, ErrNoHost
	}
	return asked(host.Read(uint64(t), offset, length))
}

// ReadAll is all elements; it takes the shape first.
func (t Tensor) ReadAll() ([]float32, error) {
	length, err := t.length()
	if err != nil {
		return nil, err
	}
	return t.Read(0, length)
}

// ReadIntegers is length integers or booleans from offset, in row-major order.
func (t Tensor) ReadIntegers(offset, length uint64) ([]int64, error) {
	if native {
		return nil, ErrNoHost
	}
	return asked(host.ReadIntegers(uint64(t), offset, length))
}

// ReadAllIntegers is all elements of a tensor of integers or booleans; it takes the shape first.
func (t Tensor) ReadAllIntegers() ([]int64, error) {
	length, err := t.length()
	if err != nil {
		return nil, err
	}
	return t.ReadIntegers(0, length)
}

// RandomPermutation is 0 to n-1 in random order; int64. From this plugin's own random stream, as all that is random.
func RandomPermutation(n uint64) (Tensor, error) {
	if native {
		return 0, ErrNoHost
	}
	return made(host.RandomPermutation(n))
}

// RandomUniform is in [0, 1); float32.
func RandomUniform(shape ...uint64) (Tensor, error) {
	if native {
		return 0, ErrNoHost
	}
	return made(host.RandomUniform(shape))
}

// RandomBeta is of Beta(a, b); float32.
func RandomBeta(shape []uint64, a, b float64) (Tensor, error) {
	if native {
		return 0, ErrNoHost
	}
	return made(host.RandomBeta(shape, a, b))
}

func (t Tensor) length() (uint64, error) {
	shape, err := t.Shape()
	length := uint64(1)
	for _, size := range shape {
		length *= size
	}
	return length, err
}

func made(answer witTypes.Result[uint64, host.Failure]) (Tensor, error) {
	number, err := asked(answer)
	return Tensor(number), err
}

func asked[T any](answer witTypes.Result[T, host.Failure]) (T, error) {
	if answer.IsOk() {
		return answer.Ok(), nil
	}
	var none T
	failure := answer.Err()
	switch failure.Tag() {
	case host.Failure_Missing:
		return none, &Failure{Missing, failure.Missing()}
	case host.Failure_Mismatch:
		return none, &Failure{Mismatch, failure.Mismatch()}
	case host.Failure_OverBudget:
		return none, &Failure{OverBudget, failure.OverBudget()}
	}
	return none, &Failure{Reason: Stale}
}
