package callbox

import (
	"fmt"
	"strings"
)

// The plugin's log, shown with its name. Natively, in tests, lines go to standard error. They are limited in number and
// length by the host, which also removes control characters.

// In the contract's order.
const (
	levelDebug uint8 = iota
	levelInfo
	levelWarn
	levelError
)

// Debugf writes a line that is shown when the user asks for it. It takes what fmt.Sprintf takes, as all of these do.
func Debugf(format string, args ...any) {
	putLine(levelDebug, fmt.Sprintf(format, args...))
}

// Infof writes a line that is worth standing in the run's log.
func Infof(format string, args ...any) {
	putLine(levelInfo, fmt.Sprintf(format, args...))
}

// Warnf writes a line that the user should look at.
func Warnf(format string, args ...any) {
	putLine(levelWarn, fmt.Sprintf(format, args...))
}

// Errorf writes that the plugin could not do its work.
func Errorf(format string, args ...any) {
	putLine(levelError, fmt.Sprintf(format, args...))
}

// putLine replaces what is not UTF-8, which the contract's texts are and Go's need not be.
func putLine(level uint8, line string) {
	writeLine(level, strings.ToValidUTF8(line, "\ufffd"))
}
