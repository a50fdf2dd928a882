// SPDX-License-Identifier: Apache-2.0
//
// A tree as YAML again, in blocks. What is read of the text is the tree that was written; comments
// and layout are not kept.
#pragma once

#include <string>

#include "config/yaml_tree.h"

namespace signalbox::config {

// REQUIRES: `root` is a mapping.
std::string to_yaml(const Node& root);

}  // namespace signalbox::config
