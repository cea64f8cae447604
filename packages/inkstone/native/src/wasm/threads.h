// What the threads of the WebAssembly build have to say to one another. A memory belongs to one JavaScript thread; its helpers
// are workers that JavaScript starts.
#pragma once

namespace inkstone {

/// The life of the helper with this number, from 1 on. Does not return.
[[noreturn]] void help(int worker);

/// `mayWait` (base/lock.h) of the thread that the memory belongs to.
void setMayWait(bool may);

}  // namespace inkstone
