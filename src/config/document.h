// SPDX-License-Identifier: Apache-2.0
//
// From text to a tree of the shape that a table describes: bytes, YAML, shape. A configuration is
// one kind of such file; other rooms describe theirs with a table of their own and get the same
// strictness and the same messages.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "config/diagnostics.h"
#include "config/table.h"
#include "config/text.h"
#include "config/yaml_tree.h"

namespace signalbox::config {

inline constexpr std::size_t kLargestFileBytes = 1U << 20U;

// The tree, or nullopt when there is none to go on with (reported). What departs from `root` is
// reported too. `noun` is what the file is: "a configuration".
std::optional<Node> read_document(const Text& text, const Section& root, std::string_view noun,
                                  Report& report);

// What is wrong with a file as a whole.
Diagnostics about_file(std::string_view file, std::string message, std::string hint);

}  // namespace signalbox::config
