package main

import (
	"math"

	"callbox"
	"callbox/signal"
)

// everything is one of each signal. The last one is unknown to the host, which refuses all of them together.
func everything() []callbox.Signal {
	return []callbox.Signal{
		signal.StopTraining(`stop "training"`),
		signal.StopEpoch("stop epoch"),
		signal.StopValidation(""),
		signal.SkipValidation(),
		signal.ValidateNow(),
		signal.SkipBatch(),
		signal.SkipBackward(),
		signal.SkipStep(),
		signal.KeepGradients(),
		signal.Set(signal.LR, 0.5),
		signal.SetGroup(signal.Mom, 1, 0.5),
		signal.Scale(signal.WD, 0.25),
		signal.ScaleGroup(signal.Beta, 4_000_000_000, 7.000000000000001),
		signal.ScaleGrad(0.125),
		signal.ClipGradValue(1.5),
		signal.ClipGradNorm(2.5),
		signal.ClipGradAdaptive(0.01, 0.001),
		signal.NoiseGrad(1e-9),
		signal.SetTrainable(2, true),
		signal.SetNormFrozen(3, false),
		signal.RefreshNormStatistics(),
		signal.Snapshot("a"),
		signal.Restore("b"),
		signal.Blend("c", 0.75),
		signal.EvaluateWith("d"),
		signal.Adopt("e"),
		signal.Forget("f"),
		signal.SampleWeights(1<<40 + 1),
		signal.ReportWeighted("tour", math.NaN(), 3),
		signal.Table("t", []string{"x", "y"}, []string{"z"}, []float64{1, math.Inf(1)}),
		signal.Histogram("h", []float64{0, 1}, []float64{5}),
		signal.Checkpoint("best"),
		signal.Other("unheard-of", 1, math.Copysign(0, -1)),
	}
}
