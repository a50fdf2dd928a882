// SPDX-License-Identifier: Apache-2.0
//
// A list that copies share. A fleet view is published every tick, but its endpoints change only
// when one comes, goes or changes state; views in between all point at one list. Reading never
// copies. Whoever builds a view may still write: the first write to a list that others share gives
// the writer one of its own, so a published view never changes under its readers.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace signalbox::core {

template <class T>
class SharedList {
 public:
  using value_type = T;

  SharedList() = default;
  SharedList(std::vector<T> items)  // NOLINT(google-explicit-constructor): a list is a list
      : items_(std::make_shared<std::vector<T>>(std::move(items))) {}

  std::size_t size() const { return items_ ? items_->size() : 0; }
  bool empty() const { return size() == 0; }
  const T* begin() const { return items_ ? items_->data() : nullptr; }
  const T* end() const { return begin() + size(); }
  const T& operator[](std::size_t i) const { return (*items_)[i]; }
  // Throws std::out_of_range, as std::vector does.
  const T& at(std::size_t i) const { return items_ ? items_->at(i) : std::vector<T>().at(i); }
  const T& back() const { return items_->back(); }

  // For building.
  T* begin() { return own().data(); }
  T* end() { return begin() + size(); }
  T& operator[](std::size_t i) { return own()[i]; }
  void push_back(T item) { own().push_back(std::move(item)); }
  void clear() { items_.reset(); }

  // True when both are one list in memory; equal lists need not be.
  bool shares_with(const SharedList& other) const { return items_ == other.items_; }

 private:
  std::vector<T>& own() {
    if (!items_) {
      items_ = std::make_shared<std::vector<T>>();
    } else if (items_.use_count() > 1) {
      items_ = std::make_shared<std::vector<T>>(*items_);
    }
    return *items_;
  }

  std::shared_ptr<std::vector<T>> items_;  // none = empty
};

}  // namespace signalbox::core
