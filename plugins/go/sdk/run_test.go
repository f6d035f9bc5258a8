package callbox

import (
	"reflect"
	"testing"

	"callbox/signal"
)

func TestAValueIsHeldAgainstItsGrant(t *testing.T) {
	least, most := 1e-7, 0.1
	run := Run{Granted: []Grant{{Power: PowerLR, Min: &least, Max: &most}}}
	for value, sentence := range map[float64]string{
		0.1:   "",
		0.2:   "lr 0.2 is above 0.1, the most that this run grants",
		1e-21: "lr 0.000000000000000000001 is below 0.0000001, the least that this run grants",
	} {
		err := run.Allows(signal.LR, value)
		if (err == nil) != (sentence == "") || err != nil && err.Error() != sentence {
			t.Errorf("%v", err)
		}
	}
	if err := run.Allows(signal.Mom, 0.9); err == nil || err.Error() != "this run does not grant `mom`" {
		t.Errorf("%v", err)
	}
	if !run.Grants(PowerLR) || run.Grants(PowerControl) {
		t.Error("what is granted is not what was given")
	}
}

func TestRatiosAreToTheLastGroup(t *testing.T) {
	run := Run{Hypers: []Hyper{{LR: 0.001}, {LR: 0.01}}}
	if got := run.LRRatios(); !reflect.DeepEqual(got, []float64{0.1, 1}) {
		t.Errorf("%v", got)
	}
	run.Hypers[1].LR = 0
	if got := run.LRRatios(); !reflect.DeepEqual(got, []float64{1, 1}) {
		t.Errorf("%v", got)
	}
}
