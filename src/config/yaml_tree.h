// SPDX-License-Identifier: Apache-2.0
//
// The configuration's YAML as a small tree with a place for every value. yaml-cpp splits the text
// into events; the tree is our own because its node type forgets duplicate keys, takes the last of
// two, loses the marks of missing values and follows aliases. Only what a configuration needs is
// allowed: one document, text keys, values that end on their line. No anchors, aliases or tags.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostics.h"
#include "config/text.h"

namespace signalbox::config {

struct Pair;

struct Node {
  enum class Kind { kNull, kScalar, kList, kMapping };
  Kind kind = Kind::kNull;
  Mark mark;               // of a null: where its key stands
  std::string scalar;      // kScalar: as written, quotes removed
  bool is_quoted = false;  // kScalar: it was in quotes, so it can only be text
  std::vector<Node> items;
  std::vector<Pair> pairs;  // in the order of the text; keys are unique

  // The value under a key of a mapping, or nullptr.
  const Node* find(std::string_view key) const;
  const Pair* find_pair(std::string_view key) const;
};

struct Pair {
  std::string key;
  Mark key_mark;
  Node value;
};

inline constexpr int kDeepestNesting = 12;  // the format itself needs 6

// The document as a tree, or nullopt when it is empty (nothing is reported) or a part of it had to
// be refused (reported). Duplicate keys are reported too, but the tree goes on with the first.
std::optional<Node> parse_yaml(const Text& text, Report& report);

// "a list", "a mapping", ... for messages.
std::string_view describe(Node::Kind kind);

}  // namespace signalbox::config
