// From JavaScript arguments to C++ ones. Everything arrives as numbers, in the order of the C++ parameters: a storage
// as its id (0 for none), an operand as four numbers, a struct as its members. What does not fit is refused.
#pragma once

#include <cmath>
#include <tuple>
#include <type_traits>
#include <utility>

#include "base/check.h"
#include "binding/storages.h"
#include "kernels/list.h"

namespace inkstone {

/// What a struct is made of, in the order in which JavaScript sends it.
inline auto members(Source& s) { return std::tie(s.buffer, s.scale, s.shift, s.activation); }
inline auto members(ChannelsShape& s) { return std::tie(s.rows, s.channels); }
inline auto members(ImageShape& s) { return std::tie(s.batch, s.height, s.width, s.channels); }
inline auto members(ConvGeometry& g) {
  return std::tie(g.batch, g.inHeight, g.inWidth, g.inChannels, g.outHeight, g.outWidth, g.outChannels, g.kernel,
                  g.stride, g.padding, g.groups);
}
inline auto members(UpConvGeometry& g) {
  return std::tie(g.batch, g.inHeight, g.inWidth, g.inChannels, g.outChannels);
}
inline auto members(Rgb& c) { return std::tie(c.red, c.green, c.blue); }
inline auto members(AdamStep& s) {
  return std::tie(s.learningRate, s.beta1, s.beta2, s.epsilon, s.weightDecay, s.decoupledWeightDecay, s.step);
}
inline auto members(SgdStep& s) { return std::tie(s.learningRate, s.momentum, s.weightDecay, s.nesterov, s.first); }

/// How many JavaScript arguments a value of a type is made from: one, unless it has members.
template <class T, class = void>
struct CountOf {
  static constexpr size_t value = 1;
};
template <class... Parts>
struct CountOf<std::tuple<Parts&...>, void> {
  static constexpr size_t value = (CountOf<Parts>::value + ... + 0);
};
template <class T>
struct CountOf<T, std::void_t<decltype(members(std::declval<T&>()))>>
    : CountOf<decltype(members(std::declval<T&>()))> {};

/// Most arguments of a call: conv2d takes 20.
constexpr size_t kMostArguments = 24;

/// The arguments of one call. `Call` is how they came from JavaScript: it has
///   Storages& storages() const         those of the JavaScript environment
///   size_t count() const               how many were given, which may be more than kMostArguments
///   double number(size_t index) const  throws ArgumentError when the argument is not a number
///   Value, Value value(size_t index)   an argument of any kind, where there are such
template <class Call>
class ArgumentsOf {
 public:
  explicit ArgumentsOf(const Call& call) : call_(call) {}

  Storages& storages() const { return call_.storages(); }

  /// All of them, as values of these types. Refuses one too few or too many.
  template <class... Types>
  std::tuple<Types...> as() {
    constexpr size_t wanted = (CountOf<Types>::value + ... + 0);
    static_assert(wanted <= kMostArguments, "there is no room for so many arguments");
    const size_t count = call_.count();
    if (count < wanted) fail("argument %zu is missing, there must be %zu", count + 1, wanted);
    if (count > wanted) fail("%zu arguments were given, there must be %zu", count, wanted);
    std::tuple<Types...> values{};
    take(values);
    return values;
  }

 private:
  /// An integer from 0 to `largest`; otherwise the message says that it is not `what`.
  int64_t code(int64_t largest, const char* what) {
    const double value = number();
    if (!(value >= 0.0 && value <= static_cast<double>(largest)) || value != std::floor(value)) {
      fail("argument %zu is not %s", next_, what);
    }
    return static_cast<int64_t>(value);
  }

  double number() { return call_.number(next_++); }

  /// A value of a storage, which may be NaN.
  void take(float& out) { out = static_cast<float>(number()); }

  void take(double& out) {
    out = number();
    if (std::isnan(out)) fail("argument %zu is NaN", next_);
  }

  void take(int64_t& out) {
    constexpr double kLargest = 9007199254740992.0;  // 2^53
    const double value = number();
    if (!(std::fabs(value) <= kLargest) || value != std::floor(value)) fail("argument %zu is not an integer", next_);
    out = static_cast<int64_t>(value);
  }

  void take(uint32_t& out) { out = static_cast<uint32_t>(code(UINT32_MAX, "a storage")); }
  void take(bool& out) { out = code(1, "0 or 1") == 1; }
  void take(DType& out) { out = static_cast<DType>(code(static_cast<int64_t>(DType::float64), "a type")); }
  void take(Activation& out) {
    out = static_cast<Activation>(code(static_cast<int64_t>(Activation::sigmoid), "an activation"));
  }

  void take(OptionalBuffer& out) {
    uint32_t id;
    take(id);
    if (id != 0) static_cast<Buffer&>(out) = storages().find(id);
  }

  void take(Buffer& out) {
    OptionalBuffer buffer;
    take(buffer);
    if (!buffer) fail("argument %zu is 0, but this storage cannot be left out", next_);
    out = buffer;
  }

  void take(typename Call::Value& out) { out = call_.value(next_++); }

  template <class... Parts>
  void take(std::tuple<Parts...>& parts) {
    std::apply([this](auto&... part) { (this->take(part), ...); }, parts);
  }

  template <class Struct>
  void take(Struct& out) {
    auto parts = members(out);
    take(parts);
  }

  const Call& call_;
  size_t next_ = 0;
};

}  // namespace inkstone
