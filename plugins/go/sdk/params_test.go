package callbox

import (
	"reflect"
	"testing"
)

type sample struct {
	On       bool      `default:"true" doc:"On or off."`
	Shift    int64     `default:"-2" min:"-5" max:"5" doc:"A whole number."`
	Patience uint32    `default:"3"`
	LRMax    float64   `default:"0.01" min:"0"`
	Mode     string    `default:"auto" choices:"auto|min"`
	Steps    []float64 `default:"0.5|0.75"`
	Names    []string  `default:"a|b"`
	Nothing  []string
}

func TestADeclarationSaysItAll(t *testing.T) {
	params, err := declared(reflect.TypeFor[sample]())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, one := range params {
		names = append(names, one.name)
	}
	if want := []string{"on", "shift", "patience", "lr-max", "mode", "steps", "names", "nothing"}; !reflect.DeepEqual(names, want) {
		t.Errorf("%v", names)
	}
	if shift := params[1]; *shift.min != -5 || *shift.max != 5 || shift.doc != "A whole number." {
		t.Errorf("%+v", shift)
	}
	if count := params[2]; *count.min != 0 || *count.max != 4294967295 || count.standard != int64(3) {
		t.Errorf("%+v", count)
	}
	if !reflect.DeepEqual(params[4].choices, []string{"auto", "min"}) {
		t.Errorf("%v", params[4].choices)
	}
}

func filled(settings ...setting) (sample, error) {
	params, err := declared(reflect.TypeFor[sample]())
	if err != nil {
		return sample{}, err
	}
	var values sample
	err = fill(reflect.ValueOf(&values).Elem(), params, settings)
	return values, err
}

func TestWhatIsSetReplacesTheDefault(t *testing.T) {
	values, err := filled(setting{"lr-max", 0.5}, setting{"patience", int64(4)})
	want := sample{true, -2, 4, 0.5, "auto", []float64{0.5, 0.75}, []string{"a", "b"}, []string{}}
	if err != nil || !reflect.DeepEqual(values, want) {
		t.Errorf("%+v, %v", values, err)
	}
}

func TestWhatDoesNotFitIsNamed(t *testing.T) {
	for _, one := range []struct {
		setting  setting
		sentence string
	}{
		{setting{"lr_max", 0.5}, "there is no parameter `lr_max`"},
		{setting{"patience", int64(-1)}, "parameter `patience` cannot be this integer"},
		{setting{"lr-max", "high"}, "parameter `lr-max` cannot be a text"},
	} {
		if _, err := filled(one.setting); err == nil || err.Error() != one.sentence {
			t.Errorf("%v", err)
		}
	}
}

func TestAMistakeInADeclarationIsNamed(t *testing.T) {
	for _, wrong := range []any{
		struct{ Count int }{},
		struct {
			Rate float64 `default:"much"`
		}{},
		struct {
			Rate float64 `min:"little"`
		}{},
		7,
	} {
		if _, err := declared(reflect.TypeOf(wrong)); err == nil {
			t.Errorf("%T was taken", wrong)
		}
	}
}
