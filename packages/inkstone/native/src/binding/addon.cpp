// The addon: kernels and storages as functions of one JavaScript object. All policy is in src/tensor/native.ts.
#include <node_api.h>

#include <new>
#include <string>

#include "base/allocator.h"
#include "base/parallel.h"
#include "base/process_heap.h"
#include "binding/arguments.h"
#include "binding/dispatch.h"

namespace inkstone {
namespace {

/// A failed call of Node-API itself; a JavaScript exception may be pending.
class NodeApiError {};

void require(napi_status status) {
  if (status != napi_ok) throw NodeApiError();
}

/// What JavaScript gave to one call; see ArgumentsOf.
class NodeCall {
 public:
  using Value = napi_value;

  NodeCall(napi_env env, napi_callback_info info) : env_(env) {
    void* data = nullptr;
    require(napi_get_cb_info(env, info, &count_, values_, nullptr, &data));
    storages_ = static_cast<Storages*>(data);
  }

  Storages& storages() const { return *storages_; }
  size_t count() const { return count_; }
  napi_value value(size_t index) const { return values_[index]; }
  double number(size_t index) const {
    double number = 0.0;
    if (napi_get_value_double(env_, values_[index], &number) != napi_ok) fail("argument %zu is not a number", index + 1);
    return number;
  }

 private:
  napi_env env_;
  Storages* storages_ = nullptr;
  napi_value values_[kMostArguments];
  size_t count_ = kMostArguments;
};

using Arguments = ArgumentsOf<NodeCall>;

/// The name under which JavaScript called, for messages.
std::string nameOf(napi_callback call);

/// Runs `body(arguments)` and turns every C++ exception into a JavaScript error.
template <class Body>
napi_value guarded(napi_env env, napi_callback_info info, napi_callback self, const Body& body) {
  try {
    const NodeCall call(env, info);
    Arguments arguments(call);
    return body(arguments);
  } catch (const ArgumentError& error) {
    napi_throw_range_error(env, "INKSTONE_ARGUMENT", (nameOf(self) + ": " + error.what()).c_str());
  } catch (const std::bad_alloc&) {
    napi_throw_error(env, "INKSTONE_OUT_OF_MEMORY", (nameOf(self) + ": the system has no more memory").c_str());
  } catch (const std::exception& error) {
    napi_throw_error(env, "INKSTONE_INTERNAL", error.what());
  } catch (const NodeApiError&) {
    napi_throw_error(env, "INKSTONE_INTERNAL", "Node-API refused a call");  // keeps an exception that is pending
  }
  return nullptr;
}

napi_value number(napi_env env, double value) {
  napi_value result;
  require(napi_create_double(env, value, &result));
  return result;
}

/// A kernel of the table as a JavaScript function.
template <auto Member>
struct Entry;

template <class... Parameters, void (*Kernels::*Member)(Parameters...)>
struct Entry<Member> {
  static napi_value call(napi_env env, napi_callback_info info) {
    return guarded(env, info, call, [](Arguments& arguments) -> napi_value {
      std::apply(kernels().*Member, arguments.as<Parameters...>());
      return nullptr;
    });
  }
};

napi_value alloc(napi_env env, napi_callback_info info) {
  return guarded(env, info, alloc, [env](Arguments& arguments) {
    const auto [dtype, length] = arguments.as<DType, int64_t>();
    return number(env, arguments.storages().create(dtype, length));
  });
}

napi_value free(napi_env env, napi_callback_info info) {
  return guarded(env, info, free, [](Arguments& arguments) -> napi_value {
    const auto [id] = arguments.as<uint32_t>();
    arguments.storages().free(id);
    return nullptr;
  });
}

/// A typed array as a buffer: float32, float64, uint8, or uint16 for the bits of `sixteen`, the storage's own 16-bit
/// type.
Buffer typedArray(napi_env env, napi_value value, DType sixteen) {
  bool isTypedArray = false;
  require(napi_is_typedarray(env, value, &isTypedArray));
  if (!isTypedArray) fail("expected a typed array");
  napi_typedarray_type type;
  Buffer buffer;
  require(napi_get_typedarray_info(env, value, &type, &buffer.length, &buffer.data, nullptr, nullptr));
  if (type == napi_float32_array) buffer.dtype = DType::float32;
  else if (type == napi_float64_array) buffer.dtype = DType::float64;
  else if (type == napi_uint8_array || type == napi_uint8_clamped_array) buffer.dtype = DType::uint8;
  else if (type == napi_uint16_array && bytesPerElement(sixteen) == 2) buffer.dtype = sixteen;
  else fail("a typed array of this kind does not fit the storage");
  return buffer;
}

/// write(storage, typed array, offset) and read(storage, typed array, offset).
template <bool kWrite>
napi_value transfer(napi_env env, napi_callback_info info) {
  return guarded(env, info, transfer<kWrite>, [env](Arguments& arguments) -> napi_value {
    const auto [storage, value, offset] = arguments.as<Buffer, napi_value, int64_t>();
    const Buffer array = typedArray(env, value, storage.dtype);
    const Buffer part = slice(storage, offset, array.length);
    if (array.length > 0) kernels().cast(kWrite ? array : part, kWrite ? part : array, 1.0, 0.0);
    return nullptr;
  });
}

/// [current, peak, reserved] bytes.
napi_value memory(napi_env env, napi_callback_info info) {
  return guarded(env, info, memory, [env](Arguments& arguments) {
    arguments.as<>();
    const MemoryStatistics statistics = memoryStatistics();
    const size_t values[] = {statistics.current, statistics.peak, statistics.reserved};
    napi_value result;
    require(napi_create_array_with_length(env, 3, &result));
    for (uint32_t i = 0; i < 3; i++) {
      require(napi_set_element(env, result, i, number(env, static_cast<double>(values[i]))));
    }
    return result;
  });
}

/// A function without arguments or result.
template <void (*kAction)()>
napi_value action(napi_env env, napi_callback_info info) {
  return guarded(env, info, action<kAction>, [](Arguments& arguments) -> napi_value {
    arguments.as<>();
    kAction();
    return nullptr;
  });
}

napi_value threads(napi_env env, napi_callback_info info) {
  return guarded(env, info, threads, [env](Arguments& arguments) {
    arguments.as<>();
    return number(env, threadCount());
  });
}

napi_value setThreads(napi_env env, napi_callback_info info) {
  return guarded(env, info, setThreads, [](Arguments& arguments) -> napi_value {
    const auto [count] = arguments.as<int64_t>();
    if (count < 1 || count > INT32_MAX) fail("%lld threads", static_cast<long long>(count));
    setThreadCount(static_cast<int>(count));
    return nullptr;
  });
}

napi_value isa(napi_env env, napi_callback_info info) {
  return guarded(env, info, isa, [env](Arguments& arguments) {
    arguments.as<>();
    napi_value result;
    require(napi_create_string_utf8(env, kernels().isa, NAPI_AUTO_LENGTH, &result));
    return result;
  });
}

napi_value setIsa(napi_env env, napi_callback_info info) {
  return guarded(env, info, setIsa, [env](Arguments& arguments) -> napi_value {
    char name[32] = {};
    size_t length = 0;
    const auto [value] = arguments.as<napi_value>();
    if (napi_get_value_string_utf8(env, value, name, sizeof name, &length) != napi_ok) fail("a name must be a string");
    selectKernels(name);
    return nullptr;
  });
}

napi_value multipliesHalves(napi_env env, napi_callback_info info) {
  return guarded(env, info, multipliesHalves, [env](Arguments& arguments) {
    arguments.as<>();
    napi_value result;
    require(napi_get_boolean(env, inkstone::multipliesHalves(), &result));
    return result;
  });
}

struct Function {
  const char* name;
  napi_callback call;
};

#define INKSTONE_FUNCTION(name, parameters) {#name, Entry<&Kernels::name>::call},

constexpr Function kFunctions[] = {
    INKSTONE_KERNELS(INKSTONE_FUNCTION)
    {"alloc", alloc},
    {"free", free},
    {"write", transfer<true>},
    {"read", transfer<false>},
    {"memory", memory},
    {"resetPeak", action<resetPeakMemory>},
    {"trim", action<trimMemory>},
    {"keepLittle", action<keepLittle>},
    {"threads", threads},
    {"setThreads", setThreads},
    {"isa", isa},
    {"setIsa", setIsa},
    {"multipliesHalves", multipliesHalves},
};

std::string nameOf(napi_callback call) {
  for (const Function& function : kFunctions) {
    if (function.call == call) return function.name;
  }
  return "addon";
}

napi_value initialize(napi_env env, napi_value exports) {
  Storages* const storages = new Storages;
  napi_set_instance_data(
      env, storages, [](napi_env, void* data, void*) { delete static_cast<Storages*>(data); }, nullptr);
  for (const Function& function : kFunctions) {
    napi_value value;
    if (napi_create_function(env, function.name, NAPI_AUTO_LENGTH, function.call, storages, &value) != napi_ok ||
        napi_set_named_property(env, exports, function.name, value) != napi_ok) {
      return nullptr;
    }
  }
  return exports;
}

}  // namespace
}  // namespace inkstone

NAPI_MODULE_INIT() { return inkstone::initialize(env, exports); }
