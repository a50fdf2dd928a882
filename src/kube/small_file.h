// SPDX-License-Identifier: Apache-2.0
//
// Files of tokens, authorities and configurations: small, and replaced by others while we run.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace signalbox::kube {

// The whole of a regular file. Errors name it.
Result<std::string> read_small_file(const std::string& path,
                                    std::int64_t most_bytes = 4L * 1024 * 1024);

// Another value whenever the file is another; zero where there is none.
std::uint64_t stamp_of(const std::string& path);

}  // namespace signalbox::kube
