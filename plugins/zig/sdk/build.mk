# How a plugin in Zig is built: once, for the plugins of this repository and for one made by `callbox plugins new`. The
# compiler and the generated bindings are those of the C SDK, which a plugin of your own has in sdk/c.
#
# Before the include: TOOLCHAINS, a folder for compilers. After it: $(eval $(call zig-plugin,NAME.wasm,SOURCE,EXPORTS)),
# where EXPORTS are those of `transform` and `metric` that the plugin has, or nothing.

ZIG_SDK := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
include $(firstword $(wildcard $(ZIG_SDK)/c/build.mk $(ZIG_SDK)/../../c/sdk/build.mk))

ZIG_SDK_SOURCES := $(wildcard $(ZIG_SDK)/*.zig)

# Zig has no @cImport any more: the header is translated beforehand. The first time this compiles the translator.
$(BUILD)/bindings.zig: $(C_SDK)/bindings/callbox.h $(ZIG)
	@mkdir -p $(@D)
	@$(RUN_ZIG) translate-c -target wasm32-wasi -lc $< > $@.part
	@mv $@.part $@

# The plugin keeps its checks: an index out of range ends in a sentence and a trap. What it is made with was tested.
# A module's floating point is strict in Zig unless a block asks for something else: no product and sum are fused.
ZIG_FLAGS := -target wasm32-wasi -lc -mexec-model=reactor --stack 65536 -fsingle-threaded -fno-strip

# $(call zig-modules,SOURCE): the plugin among the modules that it is made of.
zig-modules = --dep callbox --dep plugin -OReleaseSmall -Mroot=$(ZIG_SDK)/component.zig \
	--dep callbox -OReleaseSafe -Mplugin=$(1) \
	--dep bindings -OReleaseSmall -Mcallbox=$(ZIG_SDK)/callbox.zig \
	-OReleaseSmall -Mbindings=$(BUILD)/bindings.zig

# $(call zig-plugin,NAME.wasm,SOURCE,EXPORTS)
define zig-plugin
$(1): $(2) $(ZIG_SDK_SOURCES) $(BUILD)/bindings.zig $(call bindings,$(3)) $(C_SDK)/strip.py $(ZIG)
	@mkdir -p $$(@D)
	@$(RUN_ZIG) build-exe $(ZIG_FLAGS) $(call bindings,$(3)) $(call zig-modules,$(2)) -femit-bin=$$@
	@$(PYTHON) $(C_SDK)/strip.py $$@
	@echo "built $$@"
endef
