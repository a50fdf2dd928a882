// SPDX-License-Identifier: Apache-2.0
//
// The format as a JSON Schema (draft 2020-12), generated from the same table that loading uses, for
// editors and for checks in other people's pipelines. What values mean together is beyond it.
#pragma once

#include <string>

namespace signalbox::config {

// Indented JSON, ending with a newline. schema/signalbox.schema.json holds the same bytes.
std::string schema_json();

}  // namespace signalbox::config
