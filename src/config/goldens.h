// SPDX-License-Identifier: Apache-2.0
//
// The files that this room's output must match byte for byte: the full message for each broken
// configuration under testdata/broken, and the schema. A test compares them; the target
// config_update_goldens writes them anew, for a person to read in the diff.
#pragma once

#include <string>
#include <vector>

namespace signalbox::config {

struct Golden {
  std::string name;    // of the case, as in "meaning_unknown_unit"
  std::string path;    // of the golden file, from the top of the tree
  std::string actual;  // what the code says now
};

// One per broken configuration, sorted by name, then the schema and the definitions of objects. A
// broken configuration that loads has "loads without an error". REQUIRES: the working directory is
// the top of the tree.
std::vector<Golden> goldens();

// The contents of a file; "" when it cannot be read.
std::string contents_of(const std::string& path);

}  // namespace signalbox::config
