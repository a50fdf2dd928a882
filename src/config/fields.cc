// SPDX-License-Identifier: Apache-2.0
//
// Looking values up beside the table; see fields.h.
#include "config/fields.h"

#include <utility>

namespace signalbox::config {

Fields::Fields(const Node* node, const Section& section, Place self)
    : is_readable_(node == nullptr || node->kind == Node::Kind::kMapping),
      node_(is_readable_ ? node : nullptr),
      section_(&section),
      self_(std::move(self)) {}

const Field& Fields::field(std::string_view key) const {
  const Field* found = section_->find(key);
  SIGNALBOX_ASSERT(found != nullptr);
  return *found;
}

const Node* Fields::node(std::string_view key) const {
  return node_ == nullptr ? nullptr : node_->find(key);
}

bool Fields::has(std::string_view key) const {
  return node_ != nullptr && node_->find_pair(key) != nullptr;
}

Place Fields::place(std::string_view key) const {
  const Node* found = node(key);
  return found == nullptr ? self_ : Place{child_path(self_.path, key), found->mark};
}

std::optional<Value> Fields::value_of(std::string_view key) const {
  const Field& wanted = field(key);
  SIGNALBOX_ASSERT(wanted.shape == Shape::kOne && wanted.type != Type::kSection);
  const Node* found = node(key);
  if (found == nullptr) {
    return wanted.standard.empty() ? std::nullopt : std::optional(standard_value(wanted));
  }
  if (found->kind != Node::Kind::kScalar) return std::nullopt;
  const auto value = read_value(wanted, *found);
  return value ? std::optional(*value) : std::nullopt;
}

std::vector<Item<Value>> Fields::values_of(std::string_view key) const {
  const Field& wanted = field(key);
  SIGNALBOX_ASSERT(wanted.shape != Shape::kOne && wanted.type != Type::kSection);
  std::vector<Item<Value>> out;
  const Node* found = node(key);
  if (found == nullptr) return out;
  const std::string path = child_path(self_.path, key);
  const auto take = [&](std::string name, std::string item, const Node& scalar) {
    if (scalar.kind != Node::Kind::kScalar) return;
    const auto value = read_value(wanted, scalar);
    if (value) out.push_back({std::move(name), {std::move(item), scalar.mark}, *value});
  };
  if (wanted.shape == Shape::kByName) {
    for (const auto& pair : found->pairs) take(pair.key, child_path(path, pair.key), pair.value);
    return out;
  }
  for (std::size_t i = 0; i < found->items.size(); ++i) {
    take("", item_path(path, i), found->items[i]);
  }
  return out;
}

bool Fields::is_sound(std::string_view key) const {
  const Node* found = node(key);
  if (found == nullptr) return true;
  switch (field(key).shape) {
    case Shape::kOne:
      return value_of(key).has_value();
    case Shape::kList:
      return found->kind == Node::Kind::kList && values_of(key).size() == found->items.size();
    case Shape::kByName:
      return found->kind == Node::Kind::kMapping && values_of(key).size() == found->pairs.size();
  }
  return false;
}

Fields Fields::section(std::string_view key) const {
  const Field& wanted = field(key);
  SIGNALBOX_ASSERT(wanted.shape == Shape::kOne && wanted.type == Type::kSection);
  if (!has(key)) return Fields(nullptr, *wanted.section, self_);
  const Pair& pair = *node_->find_pair(key);
  return Fields(&pair.value, *wanted.section, {child_path(self_.path, key), pair.key_mark});
}

std::vector<Item<Fields>> Fields::sections(std::string_view key) const {
  const Field& wanted = field(key);
  SIGNALBOX_ASSERT(wanted.shape != Shape::kOne && wanted.type == Type::kSection);
  std::vector<Item<Fields>> out;
  const Node* found = node(key);
  if (found == nullptr) return out;
  const std::string path = child_path(self_.path, key);
  const auto take = [&](std::string name, Place place, const Node& node) {
    out.push_back({std::move(name), place, Fields(&node, *wanted.section, place)});
  };
  if (wanted.shape == Shape::kByName) {
    for (const auto& pair : found->pairs) {
      take(pair.key, {child_path(path, pair.key), pair.key_mark}, pair.value);
    }
    return out;
  }
  for (std::size_t i = 0; i < found->items.size(); ++i) {
    take("", {item_path(path, i), found->items[i].mark}, found->items[i]);
  }
  return out;
}

bool may_come_from_elsewhere(const Fields& root) {
  const bool are_objects =
      root.has("cluster") && root.section("cluster").get<bool>("resources").value_or(true);
  return are_objects || (root.has("link") && root.section("link").has("control"));
}

}  // namespace signalbox::config
