// Package ask is the way of packages batch and model to the host.
package ask

import (
	"runtime"

	types "callbox/bindings/imports/callbox_plugin_types"
	"callbox/tensors"

	witTypes "go.bytecodealliance.org/pkg/wit/types"
)

// Native is a build without a host. The compiler then leaves out the calls, which nothing could link.
const Native = runtime.GOARCH != "wasm"

// Tensor is a tensor that the host gave.
func Tensor(answer witTypes.Result[uint64, types.Failure]) (tensors.Tensor, error) {
	number, err := Value(answer)
	return tensors.Tensor(number), err
}

// Value is anything that the host gave.
func Value[T any](answer witTypes.Result[T, types.Failure]) (T, error) {
	if answer.IsOk() {
		return answer.Ok(), nil
	}
	var none T
	failure := answer.Err()
	switch failure.Tag() {
	case types.Failure_Missing:
		return none, &tensors.Failure{Reason: tensors.Missing, What: failure.Missing()}
	case types.Failure_Mismatch:
		return none, &tensors.Failure{Reason: tensors.Mismatch, What: failure.Mismatch()}
	case types.Failure_OverBudget:
		return none, &tensors.Failure{Reason: tensors.OverBudget, What: failure.OverBudget()}
	}
	return none, &tensors.Failure{Reason: tensors.Stale}
}
