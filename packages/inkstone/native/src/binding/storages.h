// Storages as JavaScript knows them: numbers that stand for memory. A number that was freed or never given out is
// recognised and refused.
#pragma once

#include <cstdint>
#include <vector>

#include "base/types.h"

namespace inkstone {

/// One table for each JavaScript environment; what is left in it is released with the environment.
class Storages {
 public:
  Storages() = default;
  ~Storages();
  Storages(const Storages&) = delete;
  Storages& operator=(const Storages&) = delete;

  /// Never 0. Throws std::bad_alloc, or ArgumentError for a negative length.
  uint32_t create(DType dtype, int64_t length);
  void free(uint32_t id);

  /// Throws ArgumentError when the id is not alive.
  const Buffer& find(uint32_t id) const;

 private:
  struct Slot {
    Buffer buffer;
    uint32_t generation;
  };

  std::vector<Slot> slots_;
  std::vector<uint32_t> unused_;
};

/// `length` elements of a storage from `offset` on. Throws ArgumentError when it does not have them.
Buffer slice(const Buffer& buffer, int64_t offset, size_t length);

}  // namespace inkstone
