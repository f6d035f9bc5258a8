// Package saved writes a plugin's memory as bytes and reads it back, as encoding/json does with texts:
//
//	type memory struct {
//		Best      *float64
//		BadEpochs uint32
//	}
//
//	func (p *plugin) Save() ([]byte, error)  { return saved.Marshal(p.memory) }
//	func (p *plugin) Load(data []byte) error { return saved.Unmarshal(data, &p.memory) }
//
// A value is a bool, uint8, uint32, uint64, int64, float64 or string; a pointer, which is an optional value; a slice;
// or a struct, whose fields must be exported and are written in order.
//
// Little-endian, without names, and the same in every language's SDK. Whoever changes the type raises
// About.StateVersion.
package saved

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"unicode/utf8"
)

// errOther is the reason inside of which all bytes that do not fit are one thing to the user.
var errOther = errors.New("other bytes")

// Marshal writes a value as bytes. The error is about its type.
func Marshal(value any) ([]byte, error) {
	return write(nil, reflect.ValueOf(value))
}

// Unmarshal reads into what the pointer points at, which is changed only if all the bytes fit. The error is a sentence
// for the user where they are too few, too many, or not such a value.
func Unmarshal(data []byte, into any) error {
	pointer := reflect.ValueOf(into)
	if pointer.Kind() != reflect.Pointer || pointer.IsNil() {
		return fmt.Errorf("saved: %T is no pointer to read into", into)
	}
	fresh := reflect.New(pointer.Type().Elem()).Elem()
	rest, err := read(data, fresh)
	if err == nil && len(rest) > 0 || errors.Is(err, errOther) {
		return fmt.Errorf("these %d saved bytes are not what this plugin writes", len(data))
	}
	if err == nil {
		pointer.Elem().Set(fresh)
	}
	return err
}

func write(data []byte, value reflect.Value) ([]byte, error) {
	switch value.Kind() {
	case reflect.Bool:
		if value.Bool() {
			return append(data, 1), nil
		}
		return append(data, 0), nil
	case reflect.Uint8:
		return append(data, uint8(value.Uint())), nil
	case reflect.Uint32:
		return binary.LittleEndian.AppendUint32(data, uint32(value.Uint())), nil
	case reflect.Uint64:
		return binary.LittleEndian.AppendUint64(data, value.Uint()), nil
	case reflect.Int64:
		return binary.LittleEndian.AppendUint64(data, uint64(value.Int())), nil
	case reflect.Float64:
		return binary.LittleEndian.AppendUint64(data, math.Float64bits(value.Float())), nil
	case reflect.String:
		data = binary.LittleEndian.AppendUint64(data, uint64(value.Len()))
		return append(data, value.String()...), nil
	case reflect.Pointer:
		if value.IsNil() {
			return append(data, 0), nil
		}
		return write(append(data, 1), value.Elem())
	case reflect.Slice:
		data = binary.LittleEndian.AppendUint64(data, uint64(value.Len()))
		return writeEach(data, value.Len(), value.Index)
	case reflect.Struct:
		return writeEach(data, value.NumField(), value.Field)
	}
	return nil, unknown(value)
}

func writeEach(data []byte, count int, part func(int) reflect.Value) ([]byte, error) {
	for i := range count {
		var err error
		if data, err = write(data, part(i)); err != nil {
			return nil, err
		}
	}
	return data, nil
}

// read takes a value off the front and gives the rest.
func read(data []byte, into reflect.Value) ([]byte, error) {
	switch into.Kind() {
	case reflect.Bool:
		bits, rest, err := number(data, 1)
		if bits > 1 {
			err = errOther
		}
		into.SetBool(bits == 1)
		return rest, err
	case reflect.Uint8, reflect.Uint32, reflect.Uint64:
		bits, rest, err := number(data, int(into.Type().Size()))
		into.SetUint(bits)
		return rest, err
	case reflect.Int64:
		bits, rest, err := number(data, 8)
		into.SetInt(int64(bits))
		return rest, err
	case reflect.Float64:
		bits, rest, err := number(data, 8)
		into.SetFloat(math.Float64frombits(bits))
		return rest, err
	case reflect.String:
		return readText(data, into)
	case reflect.Pointer:
		return readOptional(data, into)
	case reflect.Slice:
		return readSlice(data, into)
	case reflect.Struct:
		for i := range into.NumField() {
			var err error
			if data, err = read(data, into.Field(i)); err != nil {
				return nil, err
			}
		}
		return data, nil
	}
	return nil, unknown(into)
}

func readText(data []byte, into reflect.Value) ([]byte, error) {
	length, data, err := number(data, 8)
	if err != nil || length > uint64(len(data)) || !utf8.Valid(data[:length]) {
		return nil, errOther
	}
	into.SetString(string(data[:length]))
	return data[length:], nil
}

func readOptional(data []byte, into reflect.Value) ([]byte, error) {
	there, data, err := number(data, 1)
	if err != nil || there > 1 {
		return nil, errOther
	}
	if there == 0 {
		return data, nil
	}
	value := reflect.New(into.Type().Elem())
	into.Set(value)
	return read(data, value.Elem())
}

// readSlice grows as it reads: a wrong length must not reserve what is not there.
func readSlice(data []byte, into reflect.Value) ([]byte, error) {
	length, data, err := number(data, 8)
	if err != nil {
		return nil, err
	}
	for range length {
		element := reflect.New(into.Type().Elem()).Elem()
		left := len(data)
		if data, err = read(data, element); err != nil {
			return nil, err
		}
		if len(data) == left {
			return nil, fmt.Errorf("saved: a slice of %s, which has no bytes", element.Type())
		}
		into.Set(reflect.Append(into, element))
	}
	return data, nil
}

// number takes one of size bytes off the front.
func number(data []byte, size int) (bits uint64, rest []byte, err error) {
	if len(data) < size {
		return 0, nil, errOther
	}
	for i := range size {
		bits |= uint64(data[i]) << (8 * i)
	}
	return bits, data[size:], nil
}

func unknown(value reflect.Value) error {
	if !value.IsValid() {
		return errors.New("saved: nothing to write")
	}
	return fmt.Errorf("saved: %s has no bytes in the contract; there are bool, uint8, uint32, uint64, int64, float64, "+
		"string, and pointers, slices and structs of them", value.Type())
}
