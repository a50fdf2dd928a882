// SPDX-License-Identifier: Apache-2.0
//
// What is to be done when something that is awaited has come: any callable of an error_code, called
// once. Its memory is inside, for callables of the size that reads and writes have, so that to
// await something costs no allocation; larger ones are kept outside.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "net/asio.h"

namespace signalbox::net {

class Completion {
 public:
  Completion() = default;

  template <class Callable>
    requires(!std::is_same_v<std::remove_cvref_t<Callable>, Completion>)
  Completion(Callable&& callable)  // NOLINT: made from what is to be called, as std::function is
      : actions_(&Kept<std::remove_cvref_t<Callable>>::kActions) {
    Kept<std::remove_cvref_t<Callable>>::make(memory_, std::forward<Callable>(callable));
  }

  Completion(Completion&& other) noexcept : actions_(std::exchange(other.actions_, nullptr)) {
    if (actions_ != nullptr) actions_->move(other.memory_, memory_);
  }
  Completion& operator=(Completion&& other) noexcept {
    if (this == &other) return *this;
    drop();
    actions_ = std::exchange(other.actions_, nullptr);
    if (actions_ != nullptr) actions_->move(other.memory_, memory_);
    return *this;
  }
  ~Completion() { drop(); }

  explicit operator bool() const { return actions_ != nullptr; }

  // Empties itself first: the call may put another in its place. REQUIRES: not empty.
  void operator()(error_code error) { std::exchange(actions_, nullptr)->call(memory_, error); }

 private:
  static constexpr std::size_t kInside = 80;

  struct Actions {
    void (*move)(std::byte* from, std::byte* to) noexcept;  // `from` is over afterwards
    void (*drop)(std::byte* memory) noexcept;
    void (*call)(std::byte* memory, error_code error);  // `memory` is over before the call
  };

  template <class Callable>
  struct Inside {
    static Callable& in(std::byte* memory) {
      return *std::launder(reinterpret_cast<Callable*>(memory));
    }
    template <class From>
    static void make(std::byte* memory, From&& from) {
      ::new (memory) Callable(std::forward<From>(from));
    }
    static void move(std::byte* from, std::byte* to) noexcept {
      ::new (to) Callable(std::move(in(from)));
      in(from).~Callable();
    }
    static void drop(std::byte* memory) noexcept { in(memory).~Callable(); }
    static void call(std::byte* memory, error_code error) {
      Callable callable = std::move(in(memory));
      in(memory).~Callable();
      callable(error);
    }
    static constexpr Actions kActions{move, drop, call};
  };

  template <class Callable>
  struct Outside {
    using Owner = std::unique_ptr<Callable>;
    template <class From>
    static void make(std::byte* memory, From&& from) {
      Inside<Owner>::make(memory, std::make_unique<Callable>(std::forward<From>(from)));
    }
    static void call(std::byte* memory, error_code error) {
      const Owner callable = std::move(Inside<Owner>::in(memory));
      Inside<Owner>::drop(memory);
      (*callable)(error);
    }
    static constexpr Actions kActions{Inside<Owner>::move, Inside<Owner>::drop, call};
  };

  template <class Callable>
  static constexpr bool kFits =
      sizeof(Callable) <= kInside && alignof(Callable) <= alignof(std::max_align_t) &&
      std::is_nothrow_move_constructible_v<Callable>;
  template <class Callable>
  using Kept = std::conditional_t<kFits<Callable>, Inside<Callable>, Outside<Callable>>;

  void drop() {
    if (const Actions* const actions = std::exchange(actions_, nullptr)) actions->drop(memory_);
  }

  alignas(std::max_align_t) std::byte memory_[kInside];
  const Actions* actions_ = nullptr;
};

}  // namespace signalbox::net
