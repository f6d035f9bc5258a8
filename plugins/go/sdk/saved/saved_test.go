package saved

import (
	"reflect"
	"strings"
	"testing"
)

type pair struct {
	First  uint32
	Second int64
}

func TestEverythingComesBack(t *testing.T) {
	yes := true
	type memory struct {
		Number float64
		Count  uint32
		Text   string
		There  *bool
		Pairs  []pair
		Absent *float64
	}
	written := memory{0.1, 7, "größer 🙂 100 %", &yes, []pair{{1, -1}, {2, -1 << 63}}, nil}
	data, err := Marshal(written)
	if err != nil {
		t.Fatal(err)
	}
	var read memory
	if err := Unmarshal(data, &read); err != nil || !reflect.DeepEqual(read, written) {
		t.Errorf("%+v, %v", read, err)
	}
}

func TestTheBytesAreThoseOfEverySDK(t *testing.T) {
	five := uint8(5)
	data, err := Marshal(struct {
		Best *uint8
		Name string
		On   bool
	}{&five, "ä", true})
	if want := []byte{1, 5, 2, 0, 0, 0, 0, 0, 0, 0, 0xc3, 0xa4, 1}; err != nil || !reflect.DeepEqual(data, want) {
		t.Errorf("%v, %v", data, err)
	}
}

func TestOtherBytesAreRefused(t *testing.T) {
	for _, one := range []struct {
		data []byte
		into any
	}{
		{[]byte{1, 2, 3}, new(uint32)},
		{[]byte{1, 2, 3, 4, 5}, new(uint32)},
		{[]byte{2}, new(bool)},
		{[]byte{255, 255, 255, 255, 255, 255, 255, 255}, new([]uint64)},
		{[]byte{1, 0, 0, 0, 0, 0, 0, 0, 0xff}, new(string)},
		{nil, new(*bool)},
	} {
		err := Unmarshal(one.data, one.into)
		if err == nil || !strings.HasSuffix(err.Error(), "saved bytes are not what this plugin writes") {
			t.Errorf("%T from %v: %v", one.into, one.data, err)
		}
	}
}

func TestOtherTypesAreNamed(t *testing.T) {
	if _, err := Marshal(map[string]int{}); err == nil {
		t.Error("a map has no order")
	}
	if err := Unmarshal(nil, pair{}); err == nil {
		t.Error("a struct by value cannot be read into")
	}
}
