# How a plugin in TypeScript is built: as one in JavaScript, whose SDK it uses, after the types were
# checked. A Makefile that includes this writes, for a file `out.wasm` made of `plugin.ts`:
#
#     out.wasm: plugin.ts $(BUILT_WITH)
#     	$(typed)
#     	$(component)
#
# `typed` looks at what tsconfig.json includes. The variables are those of JavaScript's build.mk.

TS_SDK := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
# Inside this folder in a plugin of your own, beside it in callbox itself.
include $(firstword $(wildcard $(TS_SDK)/javascript/build.mk $(TS_SDK)/../../javascript/sdk/build.mk))

typed = $(TOOLS)/node_modules/.bin/tsc -p tsconfig.json
