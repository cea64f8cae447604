# Compiles the kernels to WebAssembly: one module for every engine that has SIMD, and one for those with relaxed SIMD, whose
# multiplications add at the price of one. scripts/wasm.mjs calls this and sets:
#
#   CXX, LD   Clang 16 or newer for wasm32, and its wasm-ld
#   SYSROOT   Emscripten's, with headers and libraries
#   OUT       the folder for what is made
#
# Emscripten's own driver and JavaScript are not used: the modules import nothing but their memory.

SETS := simd128 relaxed
FLAGS_simd128 :=
FLAGS_relaxed := -mrelaxed-simd

INITIAL_MEMORY := 33554432
LARGEST_MEMORY := 4294967296

CXXFLAGS := --target=wasm32-unknown-emscripten --sysroot=$(SYSROOT) -std=c++17 -O3 -fno-math-errno -msimd128 -pthread -matomics \
  -mbulk-memory -fwasm-exceptions -fno-threadsafe-statics -fvisibility=hidden -ffunction-sections -Wall -Wextra
CPPFLAGS := -Isrc -I$(SYSROOT)/include/compat -D_LIBCPP_ABI_VERSION=2 -DINKSTONE_INITIAL_MEMORY=$(INITIAL_MEMORY) -MMD -MP
# The stack comes first, so that one that overflows meets the end of the memory instead of somebody's data.
LDFLAGS := --no-entry --gc-sections --strip-all --shared-memory --import-memory --initial-memory=$(INITIAL_MEMORY) \
  --max-memory=$(LARGEST_MEMORY) --stack-first -z stack-size=1048576 \
  $(foreach name,__wasm_call_ctors __wasm_init_tls __stack_pointer __tls_size,--export=$(name))
LIBRARIES := $(foreach name,c++-mt-except c++abi-mt-except unwind-mt-except dlmalloc-mt c-mt compiler_rt-mt,\
  $(SYSROOT)/lib/wasm32-emscripten/lib$(name).a)

# In place of what the addon has under the same name, or does not need.
SOURCES := $(sort $(wildcard src/wasm/*.cpp src/kernels/*.cpp src/conv/*.cpp) src/base/allocator.cpp src/base/check.cpp \
  src/binding/storages.cpp)

.PHONY: all
all: $(SETS:%=$(OUT)/%.wasm)

define MODULE
$(OUT)/$(1)/%.o: src/%.cpp
	@mkdir -p $$(@D)
	$$(CXX) $$(CXXFLAGS) $$(FLAGS_$(1)) -DINKSTONE_ISA=$(1) $$(CPPFLAGS) -c $$< -o $$@

$(OUT)/$(1).wasm: $(SOURCES:src/%.cpp=$(OUT)/$(1)/%.o)
	$$(LD) $$(LDFLAGS) $$^ $$(LIBRARIES) -o $$@

-include $(SOURCES:src/%.cpp=$(OUT)/$(1)/%.d)
endef
$(foreach set,$(SETS),$(eval $(call MODULE,$(set))))
.DELETE_ON_ERROR:
