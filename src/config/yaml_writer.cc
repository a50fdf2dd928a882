// SPDX-License-Identifier: Apache-2.0
//
// See yaml_writer.h.
#include "config/yaml_writer.h"

#include <boost/json.hpp>

#include "base/assert.h"

namespace signalbox::config {

namespace {

// JSON's text is YAML's double-quoted one.
std::string quoted(const std::string& text) { return boost::json::serialize(text); }

void write_block(const Node& node, std::size_t depth, std::string& out);

// What stands behind "key:" or "-", with the end of its line.
void write_value(const Node& node, std::size_t depth, std::string& out) {
  switch (node.kind) {
    case Node::Kind::kNull:
      out += '\n';
      return;
    case Node::Kind::kScalar:
      out += ' ' + (node.is_quoted ? quoted(node.scalar) : node.scalar) + '\n';
      return;
    case Node::Kind::kList:
      if (node.items.empty()) {
        out += " []\n";
        return;
      }
      break;
    case Node::Kind::kMapping:
      if (node.pairs.empty()) {
        out += " {}\n";
        return;
      }
      break;
  }
  out += '\n';
  write_block(node, depth + 1, out);
}

void write_block(const Node& node, std::size_t depth, std::string& out) {
  const std::string indent(2 * depth, ' ');
  for (const auto& pair : node.pairs) {
    out += indent + quoted(pair.key) + ':';
    write_value(pair.value, depth, out);
  }
  for (const auto& item : node.items) {
    out += indent + '-';
    write_value(item, depth, out);
  }
}

}  // namespace

std::string to_yaml(const Node& root) {
  SIGNALBOX_ASSERT(root.kind == Node::Kind::kMapping);
  std::string out;
  write_block(root, 0, out);
  return out;
}

}  // namespace signalbox::config
