package transform

import (
	"strings"

	"callbox"
	guest "callbox/bindings/exports/export_callbox_plugin_transform"
	_ "callbox/bindings/exports/transform_exports"
	host "callbox/bindings/imports/callbox_plugin_transform"
	types "callbox/bindings/imports/callbox_plugin_types"
	"callbox/tensors"

	witTypes "go.bytecodealliance.org/pkg/wit/types"
)

func init() {
	guest.SDK = guest.Guest{
		OnBatchBegin: func(state types.State, batch host.Pair) guest.PairAnswer {
			changed, err := callbox.Within(func(plugin Input) (*Pair, error) {
				pair := Pair{tensors.Tensor(batch.Input), tensors.Tensor(batch.Target)}
				return plugin.TransformInput(callbox.StateOf(state), pair)
			})
			return answer(changed, err, func(pair Pair) host.Pair {
				return host.Pair{Input: uint64(pair.Input), Target: uint64(pair.Target)}
			})
		},
		OnLossBegin: func(state types.State, output types.Tensor) guest.TensorAnswer {
			changed, err := callbox.Within(func(plugin Output) (*tensors.Tensor, error) {
				return plugin.TransformOutput(callbox.StateOf(state), tensors.Tensor(output))
			})
			return answer(changed, err, number)
		},
		OnBackwardBegin: func(state types.State, loss types.Tensor) guest.TensorAnswer {
			changed, err := callbox.Within(func(plugin Loss) (*tensors.Tensor, error) {
				return plugin.TransformLoss(callbox.StateOf(state), tensors.Tensor(loss))
			})
			return answer(changed, err, number)
		},
	}
}

func number(tensor tensors.Tensor) types.Tensor {
	return types.Tensor(tensor)
}

func answer[T, U any](changed *T, err error, lower func(T) U) witTypes.Result[witTypes.Option[U], string] {
	if err != nil {
		return witTypes.Err[witTypes.Option[U]](strings.ToValidUTF8(err.Error(), "\ufffd"))
	}
	if changed == nil {
		return witTypes.Ok[witTypes.Option[U], string](witTypes.None[U]())
	}
	return witTypes.Ok[witTypes.Option[U], string](witTypes.Some(lower(*changed)))
}
