// Package export_callbox_plugin_metric is what the generated exports call. It hands every call on to the SDK.
package export_callbox_plugin_metric

import (
	"callbox/bindings/imports/callbox_plugin_types"

	witTypes "go.bytecodealliance.org/pkg/wit/types"
)

// Guest are the functions of the contract's interface metric.
type Guest struct {
	Begin  func()
	Update func(output, target callbox_plugin_types.Tensor, size uint32) witTypes.Result[witTypes.Unit, string]
	Finish func() witTypes.Result[[]callbox_plugin_types.Report, string]
}

// SDK is set once, before the first call.
var SDK Guest

// Begin is the contract's, and so are the others.
func Begin() {
	SDK.Begin()
}

func Update(output, target callbox_plugin_types.Tensor, size uint32) witTypes.Result[witTypes.Unit, string] {
	return SDK.Update(output, target, size)
}

func Finish() witTypes.Result[[]callbox_plugin_types.Report, string] {
	return SDK.Finish()
}
