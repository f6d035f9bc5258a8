package anneal

import (
	"math"
	"testing"
)

var ways = []func(start, end, pct float64) float64{Linear, Cosine, Exponential}

func TestEveryWayStartsAndEndsWhereItSays(t *testing.T) {
	for _, way := range ways {
		for pct, end := range map[float64]float64{-1: 0.004, 0: 0.004, 1: 0.1, 7: 0.1} {
			if got := way(0.004, 0.1, pct); got != end {
				t.Errorf("%v at %v, not %v", got, pct, end)
			}
		}
	}
}

func TestNoWayLeavesItsEnds(t *testing.T) {
	for _, way := range ways {
		for step := range 1001 {
			if value := way(0.1, 4e-7, float64(step)/1e9); value < 4e-7 || value > 0.1 {
				t.Errorf("%v", value)
			}
		}
	}
}

// The library's functions agree but for the last bits; its power is the less exact one.
func TestTheLibraryAgrees(t *testing.T) {
	for step := range 10_001 {
		pct := float64(step) / 10_000
		wave := 0.5 + 0.5*math.Cos(math.Pi*pct)
		if math.Abs(Cosine(1, 0, pct)-wave) >= 3e-16 {
			t.Errorf("cosine at %v", pct)
		}
		if math.Abs(Exponential(1e-7, 10, pct)/(1e-7*math.Pow(1e8, pct))-1) >= 1e-14 {
			t.Errorf("exponential at %v", pct)
		}
	}
}

// A fused product and sum would have others.
func TestTheBitsAreThoseOfEverySDK(t *testing.T) {
	for pct, bits := range map[float64][3]uint64{
		0.15: {0x3fb5c2905ddba85d, 0x3fb834739c85302f, 0x3f8fbe0a0d099db8},
		0.35: {0x3fb0a3d963891162, 0x3fb29c717745bb7a, 0x3f552449bd05200c},
		0.7:  {0x3f9eb864b5e224a4, 0x3f951b107ba7b68b, 0x3ef175bc6a546c7a},
	} {
		for i, way := range ways {
			if got := math.Float64bits(way(0.1, 4e-7, pct)); got != bits[i] {
				t.Errorf("%#x at %v, not %#x", got, pct, bits[i])
			}
		}
	}
}

func TestNaNOnTheWayIsTheLesserEnd(t *testing.T) {
	if got := Linear(2, 1, math.NaN()); got != 1 {
		t.Errorf("%v", got)
	}
}
