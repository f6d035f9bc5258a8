# How C++ plugins are built, for the plugins of this repository and for one made by `callbox plugins new`. The compiler
# and the bindings are those of the C SDK, which lies in sdk/c there and in plugins/c/sdk here.
#
# Before the include: TOOLCHAINS, a folder for compilers. After it: $(eval $(call cpp-plugin,NAME.wasm,
# SOURCES,EXPORTS)), where EXPORTS are those of `transform` and `metric` that the plugin has, or nothing.

CPP_SDK := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
include $(firstword $(wildcard $(CPP_SDK)/c/build.mk $(CPP_SDK)/../../c/sdk/build.mk))

INCLUDES := -I$(CPP_SDK)/include -I$(C_SDK)/include

# Nothing could unwind exceptions, and there are no threads that a static variable would have to fear. The library is
# hardened: an index or an option that is not there is logged with its place in the library, and the plugin made anew.
CXX_FLAGS := $(WASM_FLAGS) -std=c++23 $(LAST_WORDS) -fno-exceptions -fno-rtti -fno-threadsafe-statics -Wall -Wextra \
	-U_LIBCPP_HARDENING_MODE -D_LIBCPP_HARDENING_MODE=_LIBCPP_HARDENING_MODE_FAST \
	-fmacro-prefix-map=$(ZIG_HOME)/ziglang/lib/= -I$(CPP_SDK)/libcxx $(INCLUDES)
CPP_SDK_SOURCES := $(wildcard $(CPP_SDK)/src/*.cpp)
CPP_SDK_HEADERS := $(wildcard $(CPP_SDK)/include/callbox/*.hpp $(CPP_SDK)/src/*.hpp $(CPP_SDK)/libcxx/*) \
	$(filter %.h,$(C_SDK_FILES))
# The SDK's own files see the C SDK's, too.
OF_SDK := -I$(C_SDK)/src -I$(C_SDK)/bindings

# Of the C SDK, all but what answers the contract's exports for a plugin in C.
CPP_C_SOURCES := $(filter-out %/plugin.c %/declared.c,$(C_SDK_SOURCES))
CPP_OBJECTS := $(CPP_C_SOURCES:$(C_SDK)/src/%.c=$(BUILD)/c/%.o) $(CPP_SDK_SOURCES:$(CPP_SDK)/src/%.cpp=$(BUILD)/cpp/%.o)

$(BUILD)/c/%.o: $(C_SDK)/src/%.c $(filter %.h,$(C_SDK_FILES)) $(ZIG)
	@mkdir -p $(@D)
	@$(RUN_ZIG) cc $(C_FLAGS) -c $< -o $@

$(BUILD)/cpp/%.o: $(CPP_SDK)/src/%.cpp $(CPP_SDK_HEADERS) $(ZIG)
	@mkdir -p $(@D)
	@$(RUN_ZIG) c++ $(CXX_FLAGS) $(OF_SDK) -c $< -o $@

$(BUILD)/cpp/exports/%.o: $(CPP_SDK)/exports/%.cpp $(CPP_SDK_HEADERS) $(ZIG)
	@mkdir -p $(@D)
	@$(RUN_ZIG) c++ $(CXX_FLAGS) $(OF_SDK) -c $< -o $@

# $(call cpp-plugin,NAME.wasm,SOURCES,EXPORTS)
cpp_objects = $(CPP_OBJECTS) $(3:%=$(BUILD)/cpp/exports/%.o) $(call bindings,$(3))
define cpp-plugin
$(1): $(2) $(CPP_SDK_HEADERS) $(call cpp_objects,,,$(3)) $(C_SDK)/strip.py $(CPP_SDK)/names.py $(ZIG)
	@mkdir -p $$(@D)
	@$(RUN_ZIG) c++ $(CXX_FLAGS) $(LINK_FLAGS) $(2) $(call cpp_objects,,,$(3)) -o $$@
	@$(PYTHON) $(C_SDK)/strip.py $$@
	@$(PYTHON) $(CPP_SDK)/names.py $$@
	@echo "built $$@"
endef

# $(call cpp-check,SOURCE): what the compiler has to say when it looks closely.
cpp-check = mkdir -p $(BUILD) && $(RUN_ZIG) c++ $(CXX_FLAGS) $(OF_SDK) -Wpedantic -Wshadow -Wconversion -Werror \
	-c $(1) -o $(BUILD)/checked.o
