package callbox

import "testing"

func TestTheNumbersAreThePapers(t *testing.T) {
	random := NewRandom(1234567)
	for _, want := range []uint64{
		6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821,
	} {
		if got := random.Next(); got != want {
			t.Errorf("%d, not %d", got, want)
		}
	}
}

func TestAStreamGoesOnFromItsState(t *testing.T) {
	random := NewRandom(7)
	random.Next()
	again := NewRandom(random.State)
	if again.Uniform() != random.Uniform() {
		t.Error("they differ")
	}
	for range 100 {
		if again.Below(3) >= 3 {
			t.Error("not below 3")
		}
	}
	if again.Below(0) != 0 {
		t.Error("not 0")
	}
}
