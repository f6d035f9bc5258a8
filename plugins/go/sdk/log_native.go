//go:build !wasm

package callbox

import (
	"fmt"
	"os"
)

func writeLine(level uint8, line string) {
	fmt.Fprintf(os.Stderr, "%s: %s\n", [...]string{"debug", "info", "warn", "error"}[level], line)
}
