package callbox

import (
	"runtime"
	"unsafe"
)

// hostLog is the contract's log.write. A component may import it once, and the runtime has it already, for what Go says
// when it dies: see without_wasi.py.
//
//go:linkname hostLog runtime.pluginLog
func hostLog(level int32, line unsafe.Pointer, length int32)

func writeLine(level uint8, line string) {
	hostLog(int32(level), unsafe.Pointer(unsafe.StringData(line)), int32(len(line)))
	runtime.KeepAlive(line)
}
