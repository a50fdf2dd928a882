// SPDX-License-Identifier: Apache-2.0
//
// Does the file have the shape the table describes? Unknown and missing keys, a list where a value
// belongs, values that are not of their type. What the values mean together is meaning.h.
#pragma once

#include "config/diagnostics.h"
#include "config/table.h"
#include "config/yaml_tree.h"

namespace signalbox::config {

// Reports everything in the document `root` that departs from `section`.
void check_shape(const Node& root, const Section& section, Report& report);

}  // namespace signalbox::config
