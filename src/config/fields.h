// SPDX-License-Identifier: Apache-2.0
//
// Typed access to the tree: ask a section for a key and get its value, its default, or nothing when
// it is absent or was refused. A check written on top needs no word about malformed input: what is
// not there is simply not compared.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "config/diagnostics.h"
#include "config/table.h"
#include "config/value.h"
#include "config/yaml_tree.h"

namespace signalbox::config {

class Fields;

// One item of a list or of a mapping by name, with its place.
template <class T>
struct Item {
  std::string name;  // of a mapping: the key; of a list: empty
  Place place;
  T value;
};

class Fields {
 public:
  // `node` may be null: the section is absent and has its defaults. `self` is where it is named.
  Fields(const Node* node, const Section& section, Place self);

  // The value of a single-valued key as read_value's type T, else its default, else nothing.
  // REQUIRES: the table knows the key, and T is its type.
  template <class T>
  std::optional<T> get(std::string_view key) const {
    const auto value = value_of(key);
    if (!value) return std::nullopt;
    SIGNALBOX_ASSERT(std::holds_alternative<T>(*value));
    return std::get<T>(*value);
  }

  // The items of a list or mapping of single values; those that were refused are left out.
  template <class T>
  std::vector<Item<T>> items(std::string_view key) const {
    std::vector<Item<T>> out;
    for (auto& item : values_of(key)) {
      SIGNALBOX_ASSERT(std::holds_alternative<T>(item.value));
      out.push_back({std::move(item.name), std::move(item.place), std::get<T>(item.value)});
    }
    return out;
  }

  // A nested section; with every default when it is absent.
  Fields section(std::string_view key) const;

  // Nested sections of a list or of a mapping by name.
  std::vector<Item<Fields>> sections(std::string_view key) const;

  // Whether the file has the key at all, well written or not.
  bool has(std::string_view key) const;

  // False when something else than keys and values stands where the section belongs.
  bool is_readable() const { return is_readable_; }

  // Whether every single value under the key was read without complaint; not for sections.
  bool is_sound(std::string_view key) const;

  // Where the key's value stands; where the section stands when the key is absent.
  Place place(std::string_view key) const;
  const Place& self() const { return self_; }

 private:
  const Field& field(std::string_view key) const;
  const Node* node(std::string_view key) const;
  std::optional<Value> value_of(std::string_view key) const;
  std::vector<Item<Value>> values_of(std::string_view key) const;

  bool is_readable_;
  const Node* node_;
  const Section* section_;
  Place self_;
};

// Whether services and units may come from elsewhere too: from objects in the cluster, or from a
// gateway's controller.
bool may_come_from_elsewhere(const Fields& root);

}  // namespace signalbox::config
