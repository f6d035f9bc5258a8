# How a plugin in AssemblyScript is built: the pinned compiler, and a core module with the contract's
# names and types, of which the host makes a component. A Makefile that includes this writes, for a
# file `out.wasm` made of `plugin.ts`:
#
#     out.wasm: plugin.ts $(BUILT_WITH)
#     	$(component)
#
# It may set TOOLCHAINS and WORLD (what the plugin imports and exports: see wit/worlds.wit).

SDK := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
TOOLCHAINS ?= .toolchain
WORLD ?= callback-plugin
NODE ?= node
NPM ?= npm

# Named after what is pinned, so that a new version is another folder and never half of two.
TOOLS := $(TOOLCHAINS)/assemblyscript-$(firstword $(shell cksum < $(SDK)/package-lock.json))
BUILT_WITH := $(wildcard $(SDK)/*.ts $(SDK)/abi/*.ts $(SDK)/worlds/*.bin) $(SDK)/component.mjs $(SDK)/module.mjs $(TOOLS)/package.json

# What a world exports; each file of abi/ is an interface.
ABI_callback-plugin := callback
ABI_tensor-plugin := callback
ABI_transform-plugin := callback transform
ABI_metric-plugin := callback metric
ABI = $(or $(ABI_$(WORLD)),$(error there is no world $(WORLD) in $(SDK)/worlds))

# The first prerequisite that is not of the SDK is the plugin; others are what it imports. Imports
# may be called in what runs at the start, which is why that is an export.
source = $(firstword $(filter-out $(BUILT_WITH),$^))
define component
$(NODE) $(TOOLS)/node_modules/assemblyscript/bin/asc.js $(source) $(ABI:%=$(SDK)/abi/%.ts) \
	--outFile $@.core -O3 --shrinkLevel 2 --use abort=$(SDK)/abort/abort --exportStart _initialize
$(NODE) $(SDK)/component.mjs $@.core $@ $(WORLD)
@rm $@.core
endef

.PHONY: toolchain
toolchain: $(TOOLS)/package.json ## install the pinned compiler

# In a folder of its own, renamed at the end: half a toolchain is none.
$(TOOLS)/package.json:
	@command -v $(NODE) >/dev/null && command -v $(NPM) >/dev/null || { \
		echo "toolchain: there is no node or no npm; install Node.js 20 or newer with npm, then run make again" >&2; exit 1; }
	@echo "toolchain: installing AssemblyScript and Prettier into $(TOOLS)"
	@rm -rf $(TOOLS).part && mkdir -p $(TOOLS).part
	@cp $(SDK)/package.json $(SDK)/package-lock.json $(TOOLS).part
	@$(NPM) ci --prefix $(TOOLS).part --ignore-scripts --no-audit --no-fund --silent
	@mv $(TOOLS).part $(TOOLS)
