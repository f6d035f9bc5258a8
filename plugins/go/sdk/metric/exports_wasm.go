package metric

import (
	"strings"

	"callbox"
	guest "callbox/bindings/exports/export_callbox_plugin_metric"
	_ "callbox/bindings/exports/metric_exports"
	types "callbox/bindings/imports/callbox_plugin_types"
	"callbox/tensors"

	witTypes "go.bytecodealliance.org/pkg/wit/types"
)

func init() {
	guest.SDK = guest.Guest{
		// Before start there is nothing to forget. The contract has no room for an error here; it is logged.
		Begin: func() {
			_, _ = callbox.Within(func(plugin Metric) (witTypes.Unit, error) {
				plugin.BeginPass()
				return witTypes.Unit{}, nil
			})
		},
		Update: func(output, target types.Tensor, size uint32) witTypes.Result[witTypes.Unit, string] {
			return answer(callbox.Within(func(plugin Metric) (witTypes.Unit, error) {
				return witTypes.Unit{}, plugin.Update(tensors.Tensor(output), tensors.Tensor(target), size)
			}))
		},
		Finish: func() witTypes.Result[[]types.Report, string] {
			return answer(callbox.Within(func(plugin Metric) ([]types.Report, error) {
				reports, err := plugin.FinishPass()
				var lowered []types.Report
				for _, r := range reports {
					name := strings.ToValidUTF8(r.Name, "\ufffd")
					lowered = append(lowered, types.Report{Name: name, Value: r.Value, Weight: r.Weight})
				}
				return lowered, err
			}))
		},
	}
}

func answer[T any](value T, err error) witTypes.Result[T, string] {
	if err != nil {
		return witTypes.Err[T](strings.ToValidUTF8(err.Error(), "\ufffd"))
	}
	return witTypes.Ok[T, string](value)
}
