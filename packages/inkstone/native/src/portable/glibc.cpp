// Lets an addon that was linked with a newer glibc run with glibc 2.28 (Debian 10, Ubuntu 18.10, RHEL 8). Each function below
// either stands for one that got a new version since, and calls the old one, which every glibc still has; or for one that was
// added since and that the compiler's libraries do without. scripts/prebuild.mjs checks that no other is needed.
#if defined(__x86_64__)
#define OLDEST "GLIBC_2.2.5"
#elif defined(__aarch64__)
#define OLDEST "GLIBC_2.17"
#else
#error "the oldest version of glibc's symbols for this processor belongs here"
#endif

// exports.map keeps all of this inside the addon.
extern "C" {

/// Declares `old_NAME`, the NAME of the oldest version.
#define OLD(result, name, parameters) \
  result old_##name parameters;       \
  __asm__(".symver old_" #name "," #name "@" OLDEST)

// Types as the binary interface sees them: this file must not include the headers that declare these functions.
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

/// Since 2.35, and faster; told that nothing was found, the unwinder goes the way it went before.
int _dl_find_object(void*, void*) { return -1; }
/// Since 2.32. 0: reference counts are atomic.
char __libc_single_threaded = 0;

}  // extern "C"
