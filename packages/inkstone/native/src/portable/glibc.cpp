// Lets an addon that was linked with a newer glibc run with glibc 2.28 (Debian 10, Ubuntu 18.10, RHEL 8). Each function below
// either calls the old version of one that got a new version since, which every glibc still has; or does the work of one that was
// added since. scripts/prebuilt.mjs checks that no other is needed.
#include <link.h>

#include <cstdint>

#if defined(__x86_64__)
#define OLDEST "GLIBC_2.2.5"
#elif defined(__aarch64__)
#define OLDEST "GLIBC_2.17"
#else
#error "the oldest version of glibc's symbols for this processor belongs here"
#endif

#if __GLIBC_PREREQ(2, 35)
namespace {

struct Search {
  uintptr_t address;
  dl_find_object* found;
};

/// 1 when the library holds the address and a table for the unwinder, which ends the search.
int lookInto(dl_phdr_info* library, size_t, void* data) {
  const Search& search = *static_cast<Search*>(data);
  dl_find_object found{};
  for (int i = 0; i < library->dlpi_phnum; i++) {
    const ElfW(Phdr)& part = library->dlpi_phdr[i];
    const uintptr_t start = library->dlpi_addr + part.p_vaddr;
    if (part.p_type == PT_GNU_EH_FRAME) found.dlfo_eh_frame = reinterpret_cast<void*>(start);
    if (part.p_type == PT_LOAD && search.address - start < part.p_memsz) {
      found.dlfo_map_start = reinterpret_cast<void*>(start);
      found.dlfo_map_end = reinterpret_cast<void*>(start + part.p_memsz);
    }
  }
  if (found.dlfo_map_start == nullptr || found.dlfo_eh_frame == nullptr) return 0;
  *search.found = found;
  return 1;
}

}  // namespace
#endif

// exports.map keeps all of this inside the addon.
extern "C" {

/// Declares `old_NAME`, the NAME of the oldest version.
#define OLD(result, name, parameters) \
  result old_##name parameters;       \
  __asm__(".symver old_" #name "," #name "@" OLDEST)

// Types as the binary interface sees them: this file must not include the headers that declare the functions below.
using Thread = unsigned long;
using Key = unsigned;

OLD(double, pow, (double, double));
OLD(int, pthread_create, (Thread*, const void*, void* (*)(void*), void*));
OLD(int, pthread_detach, (Thread));
OLD(int, pthread_mutex_trylock, (void*));
OLD(int, pthread_once, (int*, void (*)()));
OLD(int, __pthread_key_create, (Key*, void (*)(void*)));

double pow(double base, double exponent) { return old_pow(base, exponent); }
int pthread_create(Thread* thread, const void* attributes, void* (*start)(void*), void* argument) {
  return old_pthread_create(thread, attributes, start, argument);
}
int pthread_detach(Thread thread) { return old_pthread_detach(thread); }
int pthread_mutex_trylock(void* mutex) { return old_pthread_mutex_trylock(mutex); }
int pthread_once(int* control, void (*run)()) { return old_pthread_once(control, run); }
int __pthread_key_create(Key* key, void (*destroy)(void*)) { return old___pthread_key_create(key, destroy); }

/// Since 2.32. 0: reference counts are atomic.
char __libc_single_threaded = 0;

}  // extern "C"

#if __GLIBC_PREREQ(2, 35)
/// Since 2.35: where the unwinder of a newer GCC learns how to leave the functions around an address. Told nothing, it would end
/// the process at the first exception.
extern "C" int _dl_find_object(void* address, dl_find_object* found) noexcept {
  Search search{reinterpret_cast<uintptr_t>(address), found};
  return dl_iterate_phdr(lookInto, &search) == 1 ? 0 : -1;
}
#endif
