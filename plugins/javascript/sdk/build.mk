# How a plugin in JavaScript is built: the pinned tools, and a component of a source file. A Makefile
# that includes this writes, for a file `out.wasm` made of `plugin.js`:
#
#     out.wasm: plugin.js $(BUILT_WITH)
#     	$(component)
#
# It may set TOOLCHAINS, WORLD (what the plugin imports and exports: see wit/worlds.wit) and WIT.

SDK := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
TOOLCHAINS ?= .toolchain
WORLD ?= callback-plugin
# Beside the SDK in a plugin of your own, further up in callbox itself.
WIT ?= $(firstword $(wildcard $(SDK)/../wit $(SDK)/../../wit $(SDK)/../../../wit))
NODE ?= node
NPM ?= npm

# Named after what is pinned, so that a new version is another folder and never half of two.
TOOLS := $(TOOLCHAINS)/javascript-$(firstword $(shell cksum < $(SDK)/package-lock.json))
BUILT_WITH := $(wildcard $(SDK)/*.js $(SDK)/*.mjs $(WIT)/*.wit $(WIT)/deps/*/*.wit) $(TOOLS)/package.json

# The first prerequisite that is not of the SDK is the plugin; others are what it imports.
source = $(firstword $(filter-out $(BUILT_WITH),$^))
component = $(NODE) $(SDK)/build.mjs $(source) $@ --world $(WORLD) --wit $(WIT) --tools $(TOOLS)

.PHONY: toolchain
toolchain: $(TOOLS)/package.json ## install the pinned tools

# In a folder of its own, renamed at the end: half a toolchain is none.
$(TOOLS)/package.json:
	@command -v $(NODE) >/dev/null && command -v $(NPM) >/dev/null || { \
		echo "toolchain: there is no node or no npm; install Node.js 20 or newer with npm, then run make again" >&2; exit 1; }
	@echo "toolchain: installing esbuild, componentize-qjs, TypeScript and Prettier into $(TOOLS)"
	@rm -rf $(TOOLS).part && mkdir -p $(TOOLS).part
	@cp $(SDK)/package.json $(SDK)/package-lock.json $(TOOLS).part
	@$(NPM) ci --prefix $(TOOLS).part --ignore-scripts --no-audit --no-fund --silent
	@mv $(TOOLS).part $(TOOLS)
