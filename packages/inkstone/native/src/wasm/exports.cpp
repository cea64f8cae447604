// The WebAssembly module: kernels and storages as exported functions. src/tensor/wasm makes of them the same object that
// binding/addon.cpp makes for Node. JavaScript writes the arguments of a call to `slots`, calls with their number, and finds
// results or the message of an error.
#include <algorithm>
#include <cstring>
#include <new>

#include "base/allocator.h"
#include "base/parallel.h"
#include "binding/arguments.h"
#include "binding/dispatch.h"
#include "wasm/threads.h"

#define INKSTONE_EXPORT(name) extern "C" __attribute__((export_name(name)))

namespace inkstone {

namespace INKSTONE_ISA {
extern const Kernels table;
}

const Kernels& kernels() { return INKSTONE_ISA::table; }
bool multipliesHalves() { return false; }

namespace {

/// What a call returns.
enum class Outcome : int { done, wrongArgument, outOfMemory, failed };

double slots[kMostArguments];
char message[512];

Storages& storages() {
  static Storages* const instance = new Storages;
  return *instance;
}

/// What JavaScript gave to one call; see ArgumentsOf. It checked already that all of them are numbers.
class SlotCall {
 public:
  struct Value {};

  explicit SlotCall(size_t count) : count_(count) {}

  Storages& storages() const { return inkstone::storages(); }
  size_t count() const { return count_; }
  Value value(size_t) const { return {}; }
  double number(size_t index) const { return slots[index]; }

 private:
  size_t count_;
};

using Arguments = ArgumentsOf<SlotCall>;

Outcome describe(Outcome outcome, const char* what) {
  std::strncpy(message, what, sizeof message - 1);
  return outcome;
}

/// Runs `body(arguments)`, which returns nothing, and turns every C++ exception into an outcome.
template <class Body>
Outcome guarded(size_t count, const Body& body) {
  try {
    const SlotCall call(count);
    Arguments arguments(call);
    body(arguments);
    return Outcome::done;
  } catch (const ArgumentError& error) {
    return describe(Outcome::wrongArgument, error.what());
  } catch (const std::bad_alloc&) {
    return describe(Outcome::outOfMemory, "the system has no more memory");
  } catch (const std::exception& error) {
    return describe(Outcome::failed, error.what());
  }
}

/// A kernel of the table as an exported function.
template <class... Parameters>
Outcome callKernel(void (*kernel)(Parameters...), size_t count) {
  return guarded(count, [&](Arguments& arguments) { std::apply(kernel, arguments.as<Parameters...>()); });
}

/// Elements on their way between a storage and a typed array, which JavaScript cannot lend: they are copied twice.
struct Transfer {
  Buffer part;   // of the storage
  Buffer array;  // what the typed array holds

  void close() {
    release(array.data);
    array = {};
  }
};

Transfer transfer;

}  // namespace

#define INKSTONE_KERNEL(name, parameters) \
  INKSTONE_EXPORT(#name) Outcome kernel_##name(size_t count) { return callKernel(kernels().name, count); }
INKSTONE_KERNELS(INKSTONE_KERNEL)

INKSTONE_EXPORT("alloc") Outcome inkstone_alloc(size_t count) {
  return guarded(count, [](Arguments& arguments) {
    const auto [dtype, length] = arguments.as<DType, int64_t>();
    slots[0] = storages().create(dtype, length);
  });
}

INKSTONE_EXPORT("free") Outcome inkstone_free(size_t count) {
  return guarded(count, [](Arguments& arguments) {
    const auto [id] = arguments.as<uint32_t>();
    storages().free(id);
  });
}

/// (storage, offset, type of the typed array, its length) → where its elements lie until `close`. A typed array of 16 bits has
/// the storage's own type.
INKSTONE_EXPORT("open") Outcome inkstone_open(size_t count) {
  return guarded(count, [](Arguments& arguments) {
    const auto [storage, offset, wanted, length] = arguments.as<Buffer, int64_t, DType, int64_t>();
    const bool sixteen = bytesPerElement(wanted) == 2;
    if (sixteen && bytesPerElement(storage.dtype) != 2) fail("a typed array of this kind does not fit the storage");
    const DType dtype = sixteen ? storage.dtype : wanted;
    transfer.close();
    transfer.part = slice(storage, offset, static_cast<size_t>(length));
    transfer.array = {allocate(static_cast<uint64_t>(length) * bytesPerElement(dtype)), dtype,
                      static_cast<size_t>(length)};
    slots[0] = static_cast<double>(reinterpret_cast<uintptr_t>(transfer.array.data));
  });
}

/// (1 to write into the storage, 0 to read from it)
INKSTONE_EXPORT("copy") Outcome inkstone_copy(size_t count) {
  return guarded(count, [](Arguments& arguments) {
    const auto [isWrite] = arguments.as<bool>();
    const auto& [part, array] = transfer;
    if (array.length > 0) kernels().cast(isWrite ? array : part, isWrite ? part : array, 1.0, 0.0);
  });
}

INKSTONE_EXPORT("close") void inkstone_close() { transfer.close(); }

INKSTONE_EXPORT("memory") Outcome inkstone_memory(size_t count) {
  return guarded(count, [](Arguments& arguments) {
    arguments.as<>();
    const MemoryStatistics statistics = memoryStatistics();
    slots[0] = static_cast<double>(statistics.current);
    slots[1] = static_cast<double>(statistics.peak);
    slots[2] = static_cast<double>(statistics.reserved);
  });
}

INKSTONE_EXPORT("resetPeak") Outcome inkstone_resetPeak(size_t count) {
  return guarded(count, [](Arguments& arguments) {
    arguments.as<>();
    resetPeakMemory();
  });
}

INKSTONE_EXPORT("trim") Outcome inkstone_trim(size_t count) {
  return guarded(count, [](Arguments& arguments) {
    arguments.as<>();
    trimMemory();
  });
}

/// Of the libraries in a process of the system's, of which there is none here.
INKSTONE_EXPORT("keepLittle") Outcome inkstone_keepLittle(size_t count) {
  return guarded(count, [](Arguments& arguments) { arguments.as<>(); });
}

INKSTONE_EXPORT("threads") Outcome inkstone_threads(size_t count) {
  return guarded(count, [](Arguments& arguments) {
    arguments.as<>();
    slots[0] = threadCount();
  });
}

INKSTONE_EXPORT("setThreads") Outcome inkstone_setThreads(size_t count) {
  return guarded(count, [](Arguments& arguments) {
    const auto [threads] = arguments.as<int64_t>();
    if (threads < 1 || threads > INT32_MAX) fail("%lld threads", static_cast<long long>(threads));
    setThreadCount(static_cast<int>(threads));
  });
}

INKSTONE_EXPORT("multipliesHalves") Outcome inkstone_multipliesHalves(size_t count) {
  return guarded(count, [](Arguments& arguments) {
    arguments.as<>();
    slots[0] = multipliesHalves();
  });
}

INKSTONE_EXPORT("slots") double* inkstone_slots() { return slots; }
INKSTONE_EXPORT("message") const char* inkstone_message() { return message; }
INKSTONE_EXPORT("isa") const char* inkstone_isa() { return kernels().isa; }
INKSTONE_EXPORT("setMayWait") void inkstone_setMayWait(bool may) { setMayWait(may); }

/// Memory for a helper's stack or thread-local data, for as long as the module lives; 0 when there is none.
INKSTONE_EXPORT("memoryForHelper") void* inkstone_memoryForHelper(size_t bytes) {
  try {
    return allocate(bytes);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

INKSTONE_EXPORT("help") void inkstone_help(int worker) { help(worker); }

}  // namespace inkstone
