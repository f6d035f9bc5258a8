// Package export_callbox_plugin_callback is what the generated exports call. It hands every call on to the SDK, which
// imports the exports and so cannot be imported by them.
package export_callbox_plugin_callback

import (
	"callbox/bindings/imports/callbox_plugin_types"

	witTypes "go.bytecodealliance.org/pkg/wit/types"
)

// Answer is what a hook gives.
type Answer = witTypes.Result[[]callbox_plugin_types.Signal, string]

// Guest are the functions of the contract's interface callback.
type Guest struct {
	Describe func() callbox_plugin_types.Descriptor
	Start    func(callbox_plugin_types.Run, []callbox_plugin_types.Setting) witTypes.Result[callbox_plugin_types.Plan, string]
	OnEvent  func(callbox_plugin_types.Hook, callbox_plugin_types.State) Answer
	Finish   func(callbox_plugin_types.State, callbox_plugin_types.Outcome) Answer
	Save     func() witTypes.Result[[]uint8, string]
	Load     func([]uint8) witTypes.Result[witTypes.Unit, string]
}

// SDK is set once, before the first call.
var SDK Guest

// Describe is the contract's, and so are the others.
func Describe() callbox_plugin_types.Descriptor {
	return SDK.Describe()
}

func Start(run callbox_plugin_types.Run, settings []callbox_plugin_types.Setting) witTypes.Result[callbox_plugin_types.Plan, string] {
	return SDK.Start(run, settings)
}

func OnEvent(hook callbox_plugin_types.Hook, state callbox_plugin_types.State) Answer {
	return SDK.OnEvent(hook, state)
}

func Finish(state callbox_plugin_types.State, outcome callbox_plugin_types.Outcome) Answer {
	return SDK.Finish(state, outcome)
}

func Save() witTypes.Result[[]uint8, string] {
	return SDK.Save()
}

func Load(saved []uint8) witTypes.Result[witTypes.Unit, string] {
	return SDK.Load(saved)
}
