package callbox

import (
	"strings"

	guest "callbox/bindings/exports/export_callbox_plugin_callback"
	_ "callbox/bindings/exports/wit_exports"
	"callbox/bindings/imports/callbox_plugin_types"

	witTypes "go.bytecodealliance.org/pkg/wit/types"
)

// The contract's interface callback, as its records and variants have it, in front of register.go.

func init() {
	guest.SDK = guest.Guest{
		Describe: func() callbox_plugin_types.Descriptor {
			return descriptor(registered)
		},
		Start: func(run callbox_plugin_types.Run, settings []callbox_plugin_types.Setting) witTypes.Result[callbox_plugin_types.Plan, string] {
			return result(guarded(func() (callbox_plugin_types.Plan, error) {
				plan, err := begin(runOf(run), each(settings, settingOf))
				return lowerPlan(&plan), err
			}))
		},
		OnEvent: func(hook callbox_plugin_types.Hook, state callbox_plugin_types.State) guest.Answer {
			return answer(onEvent(Hook(hook), StateOf(state)))
		},
		Finish: func(state callbox_plugin_types.State, outcome callbox_plugin_types.Outcome) guest.Answer {
			return answer(finish(StateOf(state), outcomeOf(outcome)))
		},
		Save: func() witTypes.Result[[]uint8, string] {
			return result(save())
		},
		Load: func(data []uint8) witTypes.Result[witTypes.Unit, string] {
			return result(witTypes.Unit{}, load(data))
		},
	}
}

// answer lowers what a hook gave. A signal that is none of package signal's becomes an error, as in a hook.
func answer(signals []Signal, err error) guest.Answer {
	if err != nil {
		return result([]callbox_plugin_types.Signal(nil), err)
	}
	return result(guarded(func() ([]callbox_plugin_types.Signal, error) {
		return each(signals, lowerSignal), nil
	}))
}

func result[T any](value T, err error) witTypes.Result[T, string] {
	if err != nil {
		return witTypes.Err[T, string](utf8(err.Error()))
	}
	return witTypes.Ok[T, string](value)
}

// utf8 replaces what is none, which the contract's texts are and Go's need not be.
func utf8(text string) string {
	return strings.ToValidUTF8(text, "\ufffd")
}

func each[T, U any](list []T, convert func(T) U) []U {
	converted := make([]U, len(list))
	for i, element := range list {
		converted[i] = convert(element)
	}
	return converted
}
