package callbox

import host "callbox/bindings/imports/callbox_plugin_log"

func writeLine(level uint8, line string) {
	host.Write(level, line)
}
