// From JavaScript arguments to C++ ones. Everything arrives as numbers, in the order of the C++ parameters: a storage
// as its id (0 for none), an operand as four numbers, a struct as its members.
#pragma once

#include <node_api.h>

#include <cmath>
#include <tuple>

#include "base/check.h"
#include "binding/storages.h"
#include "kernels/list.h"

namespace inkstone {

/// A failed call of Node-API itself; a JavaScript exception may be pending.
class NodeApiError {};

inline void require(napi_status status) {
  if (status != napi_ok) throw NodeApiError();
}

/// The arguments of one call, taken from first to last.
class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info) : env_(env) {
    count_ = kMost;
    void* data = nullptr;
    require(napi_get_cb_info(env, info, &count_, values_, nullptr, &data));
    storages_ = static_cast<Storages*>(data);
  }

  Storages& storages() const { return *storages_; }

  napi_value value() {
    if (next_ >= count_) fail("argument %zu is missing", next_ + 1);
    return values_[next_++];
  }

  double number() {
    double number = 0.0;
    if (napi_get_value_double(env_, value(), &number) != napi_ok) fail("argument %zu is not a number", next_);
    return number;
  }

  int64_t integer() {
    constexpr double kLargest = 9007199254740992.0;  // 2^53
    const double value = number();
    if (!(std::fabs(value) <= kLargest) || value != std::floor(value)) fail("argument %zu is not an integer", next_);
    return static_cast<int64_t>(value);
  }

  uint32_t id() {
    const int64_t value = integer();
    if (value < 0 || value > UINT32_MAX) fail("argument %zu is not a storage", next_);
    return static_cast<uint32_t>(value);
  }

  void take(double& out) { out = number(); }
  void take(int64_t& out) { out = integer(); }
  void take(bool& out) { out = number() != 0.0; }

  void take(Activation& out) {
    const int64_t code = integer();
    if (code < 0 || code > static_cast<int64_t>(Activation::sigmoid)) fail("argument %zu is not an activation", next_);
    out = static_cast<Activation>(code);
  }

  void take(Buffer& out) {
    const uint32_t id = this->id();
    out = id == 0 ? Buffer{} : storages_->find(id);
  }

  void take(Source& out) { takeAll(out.buffer, out.scale, out.shift, out.activation); }
  void take(ChannelsShape& out) { takeAll(out.rows, out.channels); }
  void take(ImageShape& out) { takeAll(out.batch, out.height, out.width, out.channels); }
  void take(ConvGeometry& out) {
    takeAll(out.batch, out.inHeight, out.inWidth, out.inChannels, out.outHeight, out.outWidth, out.outChannels,
            out.kernel, out.stride, out.padding, out.groups);
  }
  void take(UpConvGeometry& out) { takeAll(out.batch, out.inHeight, out.inWidth, out.inChannels, out.outChannels); }
  void take(Rgb& out) { takeAll(out.red, out.green, out.blue); }
  void take(AdamStep& out) {
    takeAll(out.learningRate, out.beta1, out.beta2, out.epsilon, out.weightDecay, out.decoupledWeightDecay, out.step);
  }
  void take(SgdStep& out) { takeAll(out.learningRate, out.momentum, out.weightDecay, out.nesterov, out.first); }

  template <class... Members>
  void takeAll(Members&... members) {
    (take(members), ...);
  }

 private:
  /// conv2d takes 20.
  static constexpr size_t kMost = 24;

  napi_env env_;
  Storages* storages_ = nullptr;
  napi_value values_[kMost];
  size_t count_ = 0;
  size_t next_ = 0;
};

}  // namespace inkstone
