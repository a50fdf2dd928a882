// SPDX-License-Identifier: Apache-2.0
//
// A value or the reason there is none. Expected failures - bad input, a refused launch, a closed
// socket - travel as values, so that callers must look; exceptions are left to bugs.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "base/assert.h"

namespace signalbox {

// What went wrong, written for the person who has to mend it.
struct Error {
  std::string message;
};

template <class T, class E = Error>
class Result {
 public:
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit by design
  Result(E error)
      : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit by design

  explicit operator bool() const { return ok(); }
  bool ok() const { return state_.index() == 0; }

  // REQUIRES: ok()
  T& value() & { return checked(); }
  const T& value() const& { return const_cast<Result*>(this)->checked(); }
  T&& value() && { return std::move(checked()); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  // REQUIRES: !ok()
  const E& error() const {
    SIGNALBOX_ASSERT(!ok());
    return *std::get_if<1>(&state_);
  }

 private:
  T& checked() {
    SIGNALBOX_ASSERT(ok());
    return *std::get_if<0>(&state_);
  }

  std::variant<T, E> state_;
};

}  // namespace signalbox
