package callbox

import (
	"errors"
	"fmt"
	"path"
	"reflect"
	"runtime"
	"strings"
)

// registration is what Register was told.
type registration struct {
	about  About
	params []param
	start  func(*Run, []setting) (Callback, error)
}

// A component has one plugin, and one instance of it from start on.
var (
	registered *registration
	instance   Callback
	hooks      *handlers
)

var errNoInstance = errors.New("called before `start`, or after it failed")

// Register makes a type the plugin of this file. Call it in init, once:
//
//	func init() { callbox.Register(about, start) }
//
// P is the struct of parameters: see params.go; struct{} where there are none. start is called when a run is about to begin
// or to go on. Its error is a sentence for the user, and refuses the plugin.
func Register[P any, C Callback](about About, start func(run *Run, params P) (C, error)) {
	params, err := declared(reflect.TypeFor[P]())
	if err != nil {
		panic(err)
	}
	registered = &registration{about, params, func(run *Run, settings []setting) (Callback, error) {
		var values P
		if err := fill(reflect.ValueOf(&values).Elem(), params, settings); err != nil {
			return nil, err
		}
		return start(run, values)
	}}
}

// begin makes the instance and asks for its plan.
func begin(run *Run, settings []setting) (Plan, error) {
	return guarded(func() (Plan, error) {
		made, err := registered.start(run, settings)
		if err != nil {
			return Plan{}, err
		}
		found := handlersOf(made)
		plan := made.Plan()
		if err := plan.check(found); err != nil {
			return Plan{}, err
		}
		instance, hooks = made, found
		return plan, nil
	})
}

func onEvent(hook Hook, state *State) ([]Signal, error) {
	return guarded(func() ([]Signal, error) {
		if instance == nil {
			return nil, errNoInstance
		}
		if hooks[hook] == nil {
			return nil, fmt.Errorf("there is no method %s", methods[hook].name)
		}
		return hooks[hook](state)
	})
}

func finish(state *State, outcome *Outcome) ([]Signal, error) {
	return guarded(func() ([]Signal, error) {
		if instance == nil {
			return nil, errNoInstance
		}
		if finisher, ok := instance.(Finisher); ok {
			return finisher.OnFinish(state, outcome)
		}
		return nil, nil
	})
}

func save() ([]byte, error) {
	return guarded(func() ([]byte, error) {
		if instance == nil {
			return nil, errNoInstance
		}
		if saver, ok := instance.(Saver); ok {
			return saver.Save()
		}
		return nil, nil
	})
}

func load(data []byte) error {
	_, err := guarded(func() (struct{}, error) {
		if instance == nil {
			return struct{}{}, errNoInstance
		}
		if loader, ok := instance.(Loader); ok {
			return struct{}{}, loader.Load(data)
		}
		return struct{}{}, nil
	})
	return err
}

// Within calls the plugin, for packages transform and metric: a plugin has no use for it. I is the interface that it needs to
// have for the call.
func Within[I, T any](call func(plugin I) (T, error)) (T, error) {
	return guarded(func() (none T, err error) {
		if instance == nil {
			return none, errNoInstance
		}
		plugin, ok := instance.(I)
		if !ok {
			return none, fmt.Errorf("the plugin is no %s", reflect.TypeFor[I]())
		}
		return call(plugin)
	})
}

// guarded makes an error of a panic, whose place is logged first: it is taken for a mistake in the plugin, which lives on.
func guarded[T any](call func() (T, error)) (result T, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("%v", reason)
			Errorf("panicked at %s: %v", panicked(), reason)
		}
	}()
	return call()
}

// panicked is the file and line of the panic that is being recovered from: the first frame below the runtime's own.
func panicked() string {
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(0, callers)])
	inPanic := false
	for frame, more := frames.Next(); more; frame, more = frames.Next() {
		if frame.Function == "runtime.gopanic" {
			inPanic = true
			continue
		}
		if inPanic && !strings.HasPrefix(frame.Function, "runtime.") {
			return fmt.Sprintf("%s:%d", path.Base(frame.File), frame.Line)
		}
	}
	return "an unknown place"
}
