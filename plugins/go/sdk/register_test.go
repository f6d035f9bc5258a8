package callbox

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"callbox/signal"
)

type counter struct{ batches uint32 }

func (c *counter) Plan() Plan {
	return Plan{On: []Subscription{On(BatchEnd)}, Powers: []Power{PowerLR}, Owns: []signal.HyperName{signal.LR, signal.Mom}}
}

func (c *counter) OnBatchEnd(state *State) ([]Signal, error) {
	switch c.batches++; c.batches {
	case 11:
		return nil, errors.New("an odd one")
	case 12:
		return []Signal{signal.StopTraining("twelve")}, nil
	}
	return nil, errors.New(state.Losses.text())
}

// text panics, for the losses were not filled in.
func (l *Losses) text() string {
	return decimal(l.Raw)
}

type silent struct{}

func (silent) Plan() Plan { return Plan{On: []Subscription{On(EpochEnd)}} }

func TestAPluginLivesOnAfterErrorsAndPanics(t *testing.T) {
	Register(About{Name: "counter"}, func(run *Run, _ struct{}) (*counter, error) { return &counter{10}, nil })
	if _, err := onEvent(BatchEnd, &State{}); !errors.Is(err, errNoInstance) {
		t.Errorf("%v", err)
	}
	plan, err := begin(&Run{}, nil)
	if powers := plan.powers(); err != nil || !reflect.DeepEqual(powers, []Power{PowerLR, PowerMom}) {
		t.Errorf("%v, %v", powers, err)
	}
	if _, err := onEvent(BatchEnd, &State{}); err == nil || err.Error() != "an odd one" {
		t.Errorf("%v", err)
	}
	signals, err := onEvent(BatchEnd, &State{})
	if err != nil || !reflect.DeepEqual(signals, []Signal{signal.StopTraining("twelve")}) {
		t.Errorf("%v, %v", signals, err)
	}
	if _, err := onEvent(BatchEnd, &State{}); err == nil || !strings.Contains(err.Error(), "nil pointer") {
		t.Errorf("%v", err)
	}
	if data, err := save(); len(data) > 0 || err != nil {
		t.Errorf("%v, %v", data, err)
	}
}

func TestAPlanNeedsItsMethods(t *testing.T) {
	Register(About{Name: "silent"}, func(run *Run, _ struct{}) (silent, error) { return silent{}, nil })
	_, err := begin(&Run{}, nil)
	if err == nil || !strings.Contains(err.Error(), "epoch-end, but there is no method OnEpochEnd(") {
		t.Errorf("%v", err)
	}
}
