// SPDX-License-Identifier: Apache-2.0
//
// The file behind a path, with a plain word for each way it can fail to be one.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "config/diagnostics.h"

namespace signalbox::config {

// Its bytes, or why there are none. A file above kLargestFileBytes is cut one byte after that, for
// read_document() to refuse. `advice` is for someone who named a file that is not there.
Result<std::string, Diagnostics> read_text_file(const std::string& path, std::string_view advice);

}  // namespace signalbox::config
