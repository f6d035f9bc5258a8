# How a plugin in Python is built: the pinned tool, and a component of a source file. A Makefile that includes this
# writes, for a file `out.wasm` made of `plugin.py`:
#
#     out.wasm: plugin.py $(BUILT_WITH)
#     	$(component)
#
# It may set TOOLCHAINS, WORLD (what the plugin imports and exports: see wit/worlds.wit) and WIT.

SDK := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
TOOLCHAINS ?= .toolchain
WORLD ?= callback-plugin
# Beside the SDK in a plugin of your own, further up in callbox itself.
WIT ?= $(firstword $(wildcard $(SDK)/../wit $(SDK)/../../wit $(SDK)/../../../wit))
PYTHON ?= python3
# Where the contract lies as Python modules, for type checkers and tests.
BUILD ?= .build

COMPONENTIZE_PY_VERSION := 0.25.1
# The version is in the path, so that another one is another folder.
TOOLS := $(TOOLCHAINS)/componentize-py-$(COMPONENTIZE_PY_VERSION)
COMPONENTIZE_PY := $(TOOLS)/componentize_py/__init__.py
# Tools of `make check`, which nobody needs to build; named after what is pinned.
CHECKERS := $(TOOLCHAINS)/python-checkers-$(firstword $(shell cksum < $(SDK)/checkers.txt))
RUFF := $(CHECKERS)/bin/ruff
TY := $(CHECKERS)/bin/ty

STYLE := --config $(SDK)/ruff.toml --no-cache
# What follows it are files or folders.
typed = $(TY) check --python-version 3.14 --extra-search-path $(SDK) --extra-search-path $(BINDINGS)

SDK_FILES := $(wildcard $(SDK)/*.py $(SDK)/callbox/*.py $(SDK)/callbox/*/*.py)
BUILT_WITH := $(SDK_FILES) $(wildcard $(WIT)/*.wit $(WIT)/deps/*/*.wit) $(COMPONENTIZE_PY)

build = $(PYTHON) $(SDK)/build.py --wit $(WIT) --tools $(TOOLS)
# The first prerequisite that is not of the SDK is the plugin; others are what it imports.
source = $(firstword $(filter-out $(BUILT_WITH),$^))
component = $(build) $(source) $@ --world $(WORLD)

.PHONY: toolchain
toolchain: $(COMPONENTIZE_PY) ## install the pinned tool

# Beside its place and then moved there, for half a tool is none and two makes may install at once.
# $(call install,FOLDER,FILE OF IT,REQUIREMENTS)
define install
	@command -v $(PYTHON) >/dev/null || { echo "toolchain: there is no python3; install it (Debian, Ubuntu: apt install python3 python3-pip), then run make again" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "toolchain: $(PYTHON) is older than 3.11; install a newer one, or name it: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || { echo "toolchain: python3 has no pip; install it (Debian, Ubuntu: apt install python3-pip), then run make again" >&2; exit 1; }
	@echo "toolchain: installing into $(1)"
	@mkdir -p $(TOOLCHAINS)
	@part=$$(mktemp -d $(1).XXXXXX) && chmod 755 $$part && \
		$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action ignore --no-deps \
			--only-binary :all: --require-hashes --target $$part -r $(3) && \
		if test -e $(2); then rm -rf $$part; else rm -rf $(1) && mv $$part $(1); fi
endef

$(COMPONENTIZE_PY):
	$(call install,$(TOOLS),$@,$(SDK)/requirements.txt)

$(RUFF):
	$(call install,$(CHECKERS),$(RUFF),$(SDK)/checkers.txt)

# The contract as Python modules; all of it, so that one set serves every plugin.
BINDINGS := $(BUILD)/bindings
$(BINDINGS)/wit_world/__init__.py: $(SDK)/build.py $(wildcard $(WIT)/*.wit $(WIT)/deps/*/*.wit) $(COMPONENTIZE_PY)
	@mkdir -p $(BUILD)
	@$(build) --world host-view --bindings $(BINDINGS)
	@touch $@
