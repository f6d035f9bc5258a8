package callbox

import (
	types "callbox/bindings/imports/callbox_plugin_types"
	"callbox/signal"

	witTypes "go.bytecodealliance.org/pkg/wit/types"
)

// From the SDK's types to the contract's records.

func descriptor(of *registration) types.Descriptor {
	if of == nil {
		panic("callbox.Register was not called: call it in init")
	}
	return types.Descriptor{
		Name:         utf8(of.about.Name),
		Version:      utf8(of.about.Version),
		Summary:      utf8(of.about.Summary),
		Params:       each(of.params, lowerParam),
		Needs:        each(of.about.Needs, lowerPower),
		Wants:        each(of.about.Wants, lowerPower),
		StateVersion: max(of.about.StateVersion, 1),
	}
}

func lowerParam(one param) types.Param {
	return types.Param{
		Name:    utf8(one.name),
		Doc:     utf8(one.doc),
		Default: lowerValue(one.standard),
		Min:     option(one.min),
		Max:     option(one.max),
		Choices: each(one.choices, utf8),
	}
}

func lowerValue(value any) types.Value {
	switch value := value.(type) {
	case bool:
		return types.MakeValueFlag(value)
	case int64:
		return types.MakeValueInteger(value)
	case float64:
		return types.MakeValueNumber(value)
	case string:
		return types.MakeValueText(utf8(value))
	case []float64:
		return types.MakeValueNumbers(value)
	}
	return types.MakeValueTexts(each(value.([]string), utf8))
}

func lowerPlan(plan *Plan) types.Plan {
	return types.Plan{
		Subscriptions: each(plan.On, func(s Subscription) types.Subscription {
			return types.Subscription{
				Hook: types.Hook(s.hook), Phase: lowerPhase(s.phase), Every: s.every, Reads: types.Reads(s.reads),
			}
		}),
		Transforms: types.Transforms{
			Input:        plan.Transforms.Input,
			Output:       plan.Transforms.Output,
			Loss:         plan.Transforms.Loss,
			InValidation: plan.Transforms.InValidation,
		},
		Monitors: each(plan.Monitors, utf8),
		Reports: each(plan.Reports, func(spec MetricSpec) types.MetricSpec {
			return types.MetricSpec{Name: utf8(spec.Name), HigherIsBetter: lowerBetter(spec.Better)}
		}),
		Powers:    each(plan.powers(), lowerPower),
		Owns:      each(plan.Owns, lowerHyperName),
		RunBefore: each(plan.RunBefore, utf8),
		RunAfter:  each(plan.RunAfter, utf8),
	}
}

func lowerPhase(phase *Phase) witTypes.Option[types.Phase] {
	if phase == nil {
		return witTypes.None[types.Phase]()
	}
	return witTypes.Some(types.Phase(*phase))
}

func lowerBetter(better Better) witTypes.Option[bool] {
	if better == BetterNeither {
		return witTypes.None[bool]()
	}
	return witTypes.Some(better == BetterHigher)
}

func lowerPower(power Power) string {
	return utf8(string(power))
}

func lowerHyperName(name signal.HyperName) types.HyperName {
	return types.HyperName(name)
}

func option[T any](value *T) witTypes.Option[T] {
	if value == nil {
		return witTypes.None[T]()
	}
	return witTypes.Some(*value)
}
