// SPDX-License-Identifier: Apache-2.0
//
// How any core value becomes bytes and a value again. A struct is described once (describe.h), as
// the list of its fields; Encoder and Decoder both walk that list, so they cannot disagree. The
// kinds of field are here: numbers, enums, times, ids, text, lists and variants.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/bounded_vector.h"
#include "base/ids.h"
#include "base/time.h"
#include "journal/bytes.h"
#include "journal/known.h"

namespace signalbox::journal {

class Encoder {
 public:
  explicit Encoder(std::string& out) : bytes_(out) {}

  template <class... T>
  void operator()(const T&... fields) {
    (put(fields), ...);
  }
  ByteWriter& bytes() { return bytes_; }

 private:
  template <class T>
  void put(const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      bytes_.u8(value ? 1 : 0);
    } else if constexpr (std::is_enum_v<T>) {
      bytes_.u8(static_cast<std::uint8_t>(value));
    } else if constexpr (std::is_floating_point_v<T>) {
      bytes_.f64(value);
    } else if constexpr (std::is_unsigned_v<T>) {
      bytes_.varint(value);
    } else if constexpr (std::is_integral_v<T>) {
      bytes_.zigzag(value);
    } else {
      describe(*this, value);
    }
  }
  void put(Duration value) { bytes_.zigzag(value.count()); }
  void put(TimePoint value) { bytes_.zigzag(value.time_since_epoch().count()); }
  template <class Tag, class Rep>
  void put(const Id<Tag, Rep>& id) {
    bytes_.varint(id.value);
  }
  void put(const std::string& value) { bytes_.text(value); }
  template <class T>
  void put(const std::vector<T>& list) {
    bytes_.varint(list.size());
    for (const T& item : list) put(item);
  }
  template <class T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  template <class T, std::size_t Capacity>
  void put(const BoundedVector<T, Capacity>& list) {
    bytes_.varint(list.size());
    for (const T& item : list) put(item);
  }
  template <class... T>
  void put(const std::variant<T...>& value) {
    bytes_.u8(static_cast<std::uint8_t>(value.index()));
    std::visit([this](const auto& body) { put(body); }, value);
  }

  ByteWriter bytes_;
};

// The inverse. Anything an Encoder cannot have written makes bytes().ok() false; the values are
// then without meaning, but safe to destroy.
class Decoder {
 public:
  explicit Decoder(std::string_view in) : bytes_(in) {}

  template <class... T>
  void operator()(T&... fields) {
    (get(fields), ...);
  }
  ByteReader& bytes() { return bytes_; }

 private:
  template <class T>
  void get(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      const std::uint8_t flag = bytes_.u8();
      if (flag > 1) bytes_.fail();
      value = flag == 1;
    } else if constexpr (std::is_enum_v<T>) {
      value = static_cast<T>(bytes_.u8());
      if (!known(value)) bytes_.fail(), value = T{};
    } else if constexpr (std::is_floating_point_v<T>) {
      value = bytes_.f64();
    } else if constexpr (std::is_unsigned_v<T>) {
      narrow(bytes_.varint(), value);
    } else if constexpr (std::is_integral_v<T>) {
      narrow(bytes_.zigzag(), value);
    } else {
      describe(*this, value);
    }
  }
  template <class Wide, class T>
  void narrow(Wide wide, T& value) {
    if (!std::in_range<T>(wide)) bytes_.fail(), wide = 0;
    value = static_cast<T>(wide);
  }
  void get(Duration& value) { value = Duration{bytes_.zigzag()}; }
  void get(TimePoint& value) { value = TimePoint{Duration{bytes_.zigzag()}}; }
  template <class Tag, class Rep>
  void get(Id<Tag, Rep>& id) {
    narrow(bytes_.varint(), id.value);
  }
  void get(std::string& value) { value = bytes_.text(); }
  // Every item takes a byte at least, so a length that cannot be true allocates nothing.
  template <class T>
  void get(std::vector<T>& list) {
    std::uint64_t count = bytes_.varint();
    if (count > bytes_.left()) bytes_.fail(), count = 0;
    list.clear();
    for (std::uint64_t i = 0; i < count && bytes_.ok(); ++i) get(list.emplace_back());
  }
  template <class T>
  void get(std::optional<T>& value) {
    bool given = false;
    get(given);
    value.reset();
    if (given) get(value.emplace());
  }
  template <class T, std::size_t Capacity>
  void get(BoundedVector<T, Capacity>& list) {
    std::uint64_t count = bytes_.varint();
    if (count > Capacity) bytes_.fail(), count = 0;
    list.clear();
    for (std::uint64_t i = 0; i < count; ++i) {
      T item{};
      get(item);
      list.push_back(item);
    }
  }
  template <class... T>
  void get(std::variant<T...>& value) {
    const std::size_t index = bytes_.u8();
    if (index >= sizeof...(T)) return bytes_.fail();
    choose(value, index, std::index_sequence_for<T...>{});
  }
  template <class Variant, std::size_t... I>
  void choose(Variant& value, std::size_t index, std::index_sequence<I...> /*all*/) {
    const auto take = [&]<std::size_t J>() {
      std::variant_alternative_t<J, Variant> body{};
      get(body);
      value = std::move(body);
    };
    ((index == I ? take.template operator()<I>() : void()), ...);
  }

  ByteReader bytes_;
};

}  // namespace signalbox::journal
