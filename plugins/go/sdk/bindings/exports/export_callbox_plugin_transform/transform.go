// Package export_callbox_plugin_transform is what the generated exports call. It hands every call on to the SDK.
package export_callbox_plugin_transform

import (
	"callbox/bindings/imports/callbox_plugin_transform"
	"callbox/bindings/imports/callbox_plugin_types"

	witTypes "go.bytecodealliance.org/pkg/wit/types"
)

// Answers to the three questions.
type (
	PairAnswer   = witTypes.Result[witTypes.Option[callbox_plugin_transform.Pair], string]
	TensorAnswer = witTypes.Result[witTypes.Option[callbox_plugin_types.Tensor], string]
)

// Guest are the functions of the contract's interface transform.
type Guest struct {
	OnBatchBegin    func(callbox_plugin_types.State, callbox_plugin_transform.Pair) PairAnswer
	OnLossBegin     func(callbox_plugin_types.State, callbox_plugin_types.Tensor) TensorAnswer
	OnBackwardBegin func(callbox_plugin_types.State, callbox_plugin_types.Tensor) TensorAnswer
}

// SDK is set once, before the first call.
var SDK Guest

// OnBatchBegin is the contract's, and so are the others.
func OnBatchBegin(state callbox_plugin_types.State, batch callbox_plugin_transform.Pair) PairAnswer {
	return SDK.OnBatchBegin(state, batch)
}

func OnLossBegin(state callbox_plugin_types.State, output callbox_plugin_types.Tensor) TensorAnswer {
	return SDK.OnLossBegin(state, output)
}

func OnBackwardBegin(state callbox_plugin_types.State, loss callbox_plugin_types.Tensor) TensorAnswer {
	return SDK.OnBackwardBegin(state, loss)
}
