#include "binding/storages.h"

#include <new>

#include "base/allocator.h"
#include "base/check.h"

namespace inkstone {
namespace {

// An id is a slot and the slot's generation, so that an id outlives its storage without becoming another's. 31 bits
// keep it a small integer in V8.
constexpr uint32_t kSlotBits = 21;
constexpr uint32_t kSlotMask = (1u << kSlotBits) - 1;
constexpr uint32_t kGenerations = (1u << (31 - kSlotBits)) - 1;

}  // namespace

Storages::~Storages() {
  for (const Slot& slot : slots_) release(slot.buffer.data);
}

uint32_t Storages::create(DType dtype, int64_t length) {
  if (length < 0) fail("a storage of %lld elements", static_cast<long long>(length));
  uint32_t slot;
  if (unused_.empty()) {
    if (slots_.size() > kSlotMask) fail("more than %u storages are alive", kSlotMask);
    slot = static_cast<uint32_t>(slots_.size());
    slots_.push_back({{}, 1});
    unused_.reserve(slots_.size());
  } else {
    slot = unused_.back();
    unused_.pop_back();
  }
  try {
    slots_[slot].buffer = {allocate(static_cast<uint64_t>(length) * bytesPerElement(dtype)), dtype,
                           static_cast<size_t>(length)};
  } catch (const std::bad_alloc&) {
    unused_.push_back(slot);
    throw;
  }
  return slots_[slot].generation << kSlotBits | slot;
}

const Buffer& Storages::find(uint32_t id) const {
  const uint32_t slot = id & kSlotMask;
  if (slot >= slots_.size() || !slots_[slot].buffer || slots_[slot].generation != id >> kSlotBits) {
    fail("storage %u was freed or never existed", id);
  }
  return slots_[slot].buffer;
}

void Storages::free(uint32_t id) {
  release(find(id).data);
  Slot& slot = slots_[id & kSlotMask];
  slot.buffer = {};
  slot.generation = slot.generation % kGenerations + 1;
  unused_.push_back(id & kSlotMask);
}

Buffer slice(const Buffer& buffer, int64_t offset, size_t length) {
  const size_t start = static_cast<size_t>(offset);
  if (offset < 0 || start > buffer.length || length > buffer.length - start) {
    fail("elements %lld to %lld of a storage that holds %zu", static_cast<long long>(offset),
         static_cast<long long>(offset) + static_cast<long long>(length), buffer.length);
  }
  return {static_cast<char*>(buffer.data) + start * bytesPerElement(buffer.dtype), buffer.dtype, length};
}

}  // namespace inkstone
