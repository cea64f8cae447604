// What the C and C++ libraries would ask of Emscripten's threads and JavaScript, of which there is none here.
#include <pthread.h>

#include <cstddef>
#include <cstdint>

#include "base/lock.h"

namespace {

/// Mutexes of the libraries are all zeros while they are free, and so is a Lock.
inkstone::Lock& lockIn(pthread_mutex_t* mutex) {
  static_assert(sizeof(inkstone::Lock) <= sizeof(pthread_mutex_t));
  return *reinterpret_cast<inkstone::Lock*>(mutex);
}

}  // namespace

extern "C" {

extern unsigned char __heap_base;

/// The memory of malloc: what lies behind the stack and the constants in the memory as it begins. It holds the allocator's
/// own records and exceptions on their way; storages lie beyond (wasm/system_memory.cpp).
void* sbrk(intptr_t bytes) {
  constexpr uintptr_t kEnd = INKSTONE_INITIAL_MEMORY;
  static uintptr_t top = reinterpret_cast<uintptr_t>(&__heap_base);
  if (bytes < 0 || kEnd - top < static_cast<uintptr_t>(bytes)) return reinterpret_cast<void*>(-1);
  void* const memory = reinterpret_cast<void*>(top);
  top += static_cast<uintptr_t>(bytes);
  return memory;
}

int pthread_mutex_lock(pthread_mutex_t* mutex) {
  lockIn(mutex).lock();
  return 0;
}

int pthread_mutex_unlock(pthread_mutex_t* mutex) {
  lockIn(mutex).unlock();
  return 0;
}

/// Each thread's exceptions: a list of those that are caught, and a count of those that are not yet.
void* __cxa_get_globals() {
  thread_local uintptr_t exceptions[2];
  return exceptions;
}
void* __cxa_get_globals_fast() { return __cxa_get_globals(); }

/// Files are only strings that are printed into.
int __lockfile(void*) { return 0; }
void __unlockfile(void*) {}

/// One instruction each; those of the library ask JavaScript.
void* memcpy(void* target, const void* source, size_t bytes) { return __builtin_memcpy(target, source, bytes); }
void* memset(void* target, int value, size_t bytes) { return __builtin_memset(target, value, bytes); }

/// JavaScript gets a WebAssembly.RuntimeError.
void abort() { __builtin_trap(); }

}  // extern "C"
