// Package callbox is for writing callbox plugins in Go: one type with one method per hook of the training loop.
//
// A plugin sees the loop's state and answers with signals; it can do nothing else. This is a whole one:
//
//	package main
//
//	import (
//		"callbox"
//		"callbox/signal"
//	)
//
//	type Params struct {
//		Below float64 `default:"0.01" min:"0" doc:"Training stops when the loss is below this."`
//	}
//
//	type GoodEnough struct{ params Params }
//
//	func init() {
//		about := callbox.About{
//			Name: "good-enough", Version: "0.1.0", Summary: "Stops early",
//			Needs: []callbox.Power{callbox.PowerControl},
//		}
//		callbox.Register(about, func(run *callbox.Run, params Params) (*GoodEnough, error) {
//			return &GoodEnough{params}, nil
//		})
//	}
//
//	func main() {}
//
//	func (g *GoodEnough) Plan() callbox.Plan {
//		return callbox.Plan{
//			On:     []callbox.Subscription{callbox.On(callbox.BatchEnd).In(callbox.Train).Reads(callbox.ReadsLosses)},
//			Powers: []callbox.Power{callbox.PowerControl},
//		}
//	}
//
//	func (g *GoodEnough) OnBatchEnd(state *callbox.State) ([]callbox.Signal, error) {
//		if state.Losses.Smooth < g.params.Below {
//			return []callbox.Signal{signal.StopTraining("the loss is good enough")}, nil
//		}
//		return nil, nil
//	}
//
// A build of any other GOOS leaves out only the way to the host, so that `go test` runs a plugin's logic natively.
package callbox
