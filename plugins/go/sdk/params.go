package callbox

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode"
)

// Parameters are declared once: a struct whose exported fields are what the user may set.
//
//	type Params struct {
//		Patience uint32  `default:"3" doc:"Epochs without improvement to put up with."`
//		LRMax    float64 `default:"0.01" min:"0" max:"10" doc:"Highest learning rate."`
//		Mode     string  `default:"auto" choices:"auto|min|max" doc:"Which direction is better."`
//	}
//
// In the run file they are called patience, lr-max and mode. A field is a bool, int64, uint32, float64, string, []float64
// or []string; elements of a list and choices are separated by |. Without a default it is Go's zero value. The host
// checks type and bounds before the plugin sees a value.

// param is one of them, as the descriptor lists it.
type param struct {
	name     string
	doc      string
	standard any
	min, max *float64
	choices  []string
}

// setting is what the user set. Its value has one of the contract's six types: uint32 is an int64 there.
type setting struct {
	name  string
	value any
}

// declared reads the declaration of a struct type. The error is about a mistake in it.
func declared(of reflect.Type) ([]param, error) {
	if of.Kind() != reflect.Struct {
		return nil, fmt.Errorf("parameters are a struct, and %s is none", of)
	}
	var params []param
	for i := range of.NumField() {
		one, err := declaredField(of.Field(i))
		if err != nil {
			return nil, fmt.Errorf("field %s of %s: %w", of.Field(i).Name, of, err)
		}
		params = append(params, one)
	}
	return params, nil
}

func declaredField(field reflect.StructField) (param, error) {
	standard, err := written(field)
	if err != nil {
		return param{}, err
	}
	one := param{name: kebab(field.Name), doc: field.Tag.Get("doc"), standard: standard}
	if field.Type.Kind() == reflect.Uint32 {
		least, greatest := 0.0, float64(1<<32-1)
		one.min, one.max = &least, &greatest
	}
	for tag, bound := range map[string]**float64{"min": &one.min, "max": &one.max} {
		if text, ok := field.Tag.Lookup(tag); ok {
			value, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return one, fmt.Errorf("%s is no number: %q", tag, text)
			}
			*bound = &value
		}
	}
	if choices, ok := field.Tag.Lookup("choices"); ok {
		one.choices = strings.Split(choices, "|")
	}
	return one, nil
}

// written is a field's default as one of the contract's types.
func written(field reflect.StructField) (any, error) {
	text, given := field.Tag.Lookup("default")
	var err error
	var standard any
	switch reflect.Zero(field.Type).Interface().(type) {
	case bool:
		standard, err = parsed(text, given, strconv.ParseBool)
	case int64:
		standard, err = parsed(text, given, func(text string) (int64, error) { return strconv.ParseInt(text, 10, 64) })
	case uint32:
		standard, err = parsed(text, given, func(text string) (int64, error) {
			count, err := strconv.ParseUint(text, 10, 32)
			return int64(count), err
		})
	case float64:
		standard, err = parsed(text, given, parsedFloat)
	case string:
		standard = text
	case []float64:
		standard, err = parsedList(text, given, parsedFloat)
	case []string:
		standard, err = parsedList(text, given, func(text string) (string, error) { return text, nil })
	default:
		err = fmt.Errorf("a parameter cannot be %s", field.Type)
	}
	return standard, err
}

func parsedFloat(text string) (float64, error) {
	return strconv.ParseFloat(text, 64)
}

func parsed[T any](text string, given bool, parse func(string) (T, error)) (value T, err error) {
	if !given {
		return value, nil
	}
	return parse(text)
}

func parsedList[T any](text string, given bool, parse func(string) (T, error)) ([]T, error) {
	list := []T{}
	if !given {
		return list, nil
	}
	for element := range strings.SplitSeq(text, "|") {
		value, err := parse(element)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	return list, nil
}

// fill sets the fields of a struct: the user's settings, and defaults for the rest. The error is a sentence about a
// setting of another name or type; the host checks both before.
func fill(into reflect.Value, params []param, settings []setting) error {
	for i, one := range params {
		into.Field(i).Set(converted(one.standard, into.Field(i).Type()))
	}
	for _, set := range settings {
		at := indexOf(params, set.name)
		if at < 0 {
			return fmt.Errorf("there is no parameter `%s`", set.name)
		}
		if !fits(set.value, params[at].standard, into.Field(at).Kind()) {
			return fmt.Errorf("parameter `%s` cannot be %s", set.name, kind(set.value))
		}
		into.Field(at).Set(converted(set.value, into.Field(at).Type()))
	}
	return nil
}

func indexOf(params []param, name string) int {
	for i, one := range params {
		if one.name == name {
			return i
		}
	}
	return -1
}

func fits(value, standard any, field reflect.Kind) bool {
	if reflect.TypeOf(value) != reflect.TypeOf(standard) {
		return false
	}
	whole, ok := value.(int64)
	return !ok || field != reflect.Uint32 || whole >= 0 && whole < 1<<32
}

func converted(value any, to reflect.Type) reflect.Value {
	return reflect.ValueOf(value).Convert(to)
}

func kind(value any) string {
	switch value.(type) {
	case bool:
		return "a flag"
	case int64:
		return "this integer"
	case float64:
		return "a number"
	case string:
		return "a text"
	case []float64:
		return "a list of numbers"
	}
	return "a list of texts"
}

// kebab is a field's name as users write it: MinDelta is min-delta, LRMax is lr-max.
func kebab(field string) string {
	letters := []rune(field)
	var name strings.Builder
	for i, letter := range letters {
		afterLower := i > 0 && !unicode.IsUpper(letters[i-1])
		beforeLower := i > 0 && i+1 < len(letters) && unicode.IsLower(letters[i+1])
		if unicode.IsUpper(letter) && (afterLower || beforeLower) {
			name.WriteByte('-')
		}
		name.WriteRune(unicode.ToLower(letter))
	}
	return name.String()
}
