# How C plugins are built: the compiler's installation and the rules, once, for the plugins of this repository and for
# one made by `callbox plugins new`. The SDKs of C++ and Zig include it too: its compiler and its bindings are theirs.
#
# Before the include: TOOLCHAINS, a folder for compilers. After it: $(eval $(call c-plugin,NAME.wasm,SOURCES,EXPORTS)),
# where EXPORTS are those of `transform` and `metric` that the plugin has, or nothing.

C_SDK := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
# Where compiled bindings lie.
BUILD ?= .build
PYTHON ?= python3

.DELETE_ON_ERROR:

# --- The compiler: zig, with clang, wasm-ld and a C library, from PyPI ---

ZIG_VERSION := 0.17.1
# The version is in the path, so that another one is another folder.
ZIG_HOME := $(abspath $(TOOLCHAINS))/ziglang-$(ZIG_VERSION)
ZIG := $(ZIG_HOME)/ziglang/zig
# Its caches stay in the same folder, instead of the user's home and the plugin's folder.
RUN_ZIG := ZIG_GLOBAL_CACHE_DIR=$(ZIG_HOME)/cache ZIG_LOCAL_CACHE_DIR=$(ZIG_HOME)/cache $(ZIG)

# Installed beside its place and then moved there, for half a compiler is none and two makes may install at once.
$(ZIG):
	@command -v $(PYTHON) >/dev/null || { echo "toolchain: there is no python3, which fetches the compiler; install it (Debian, Ubuntu: apt install python3 python3-pip), then run make again" >&2; exit 1; }
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || { echo "toolchain: python3 has no pip, which fetches the compiler; install it (Debian, Ubuntu: apt install python3-pip), then run make again" >&2; exit 1; }
	@echo "toolchain: installing ziglang $(ZIG_VERSION) once, which fetches 100 MB; the first build then compiles a C library, which takes a minute"
	@mkdir -p $(abspath $(TOOLCHAINS))
	@part=$$(mktemp -d $(ZIG_HOME).XXXXXX) && chmod 755 $$part && \
		$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action ignore --no-deps \
			--only-binary :all: --require-hashes --target $$part -r $(C_SDK)/requirements.txt && \
		if test -e $@; then rm -rf $$part; else mv $$part $(ZIG_HOME); fi

.PHONY: toolchain
toolchain: $(ZIG) ## install the compiler only

# --- Compiling ---

# A reactor is a library that is set up once. Contraction would fuse a product and a sum, and schedules' bits would differ.
WASM_FLAGS := -target wasm32-wasi -Oz -ffp-contract=off
# The linker's own stack of 16 MiB would be over most memory limits. With -g1 it keeps the names section.
LINK_FLAGS := -mexec-model=reactor -g1 -Wl,-z,stack-size=65536
# Zig leaves assertions out of what it optimizes. The C library's ways to give up would import standard error or say
# nothing, and its archive is searched before the SDK's objects: src/abort.c has them under other names.
LAST_WORDS := -UNDEBUG -Dabort=cb_abort -D__assert_fail=cb_assert_fail
C_FLAGS := $(WASM_FLAGS) -std=c23 $(LAST_WORDS) -Wall -Wextra -Wno-missing-field-initializers -I$(C_SDK)/include
C_SDK_SOURCES := $(wildcard $(C_SDK)/src/*.c)
C_SDK_FILES := $(C_SDK_SOURCES) $(wildcard $(C_SDK)/src/*.h $(C_SDK)/include/callbox/*.h)

# The generated bindings and what they say of the plugin's type, for the optional exports $(1).
bindings = $(foreach part,callbox $(addprefix callbox_,$(1)),$(BUILD)/$(part).o $(C_SDK)/bindings/$(part)_component_type.o)

# Generated code is not held to our warnings.
$(BUILD)/callbox%.o: $(C_SDK)/bindings/callbox%.c $(C_SDK)/bindings/callbox%.h $(ZIG)
	@mkdir -p $(@D)
	@$(RUN_ZIG) cc $(WASM_FLAGS) -w -c $< -o $@

$(BUILD)/callbox.o: $(C_SDK)/bindings/callbox.c $(C_SDK)/bindings/callbox.h $(ZIG)
	@mkdir -p $(@D)
	@$(RUN_ZIG) cc $(WASM_FLAGS) -w -c $< -o $@

# $(call c-plugin,NAME.wasm,SOURCES,EXPORTS)
define c-plugin
$(1): $(2) $(C_SDK_FILES) $(C_SDK)/strip.py $(addprefix $(C_SDK)/exports/,$(3:=.c)) $(call bindings,$(3)) $(ZIG)
	@mkdir -p $$(@D)
	@$(RUN_ZIG) cc $(C_FLAGS) $(LINK_FLAGS) $(2) $(C_SDK_SOURCES) $(addprefix $(C_SDK)/exports/,$(3:=.c)) \
		$(call bindings,$(3)) -o $$@
	@$(PYTHON) $(C_SDK)/strip.py $$@
	@echo "built $$@"
endef

# $(call c-check,SOURCE): what the compiler has to say when it looks closely.
c-check = mkdir -p $(BUILD) && $(RUN_ZIG) cc $(C_FLAGS) -Wpedantic -Wshadow -Wconversion -Werror \
	-c $(1) -o $(BUILD)/checked.o
