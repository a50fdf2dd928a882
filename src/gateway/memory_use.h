// SPDX-License-Identifier: Apache-2.0
//
// How near the process is to being killed for its memory: the use of the control group that it is
// in, or of the one around it that is nearer to its limit. Both versions of control groups are
// read, since both are in use. What files keep in memory is not counted: the system takes that back
// by itself.
#pragma once

#include <optional>
#include <string>

#include "gateway/memory_pressure.h"

namespace signalbox::gateway {

// nullopt where nothing bounds it, or nothing can be read. `root` stands before /proc and /sys.
std::optional<MemoryUse> read_memory_use(const std::string& root = {});

}  // namespace signalbox::gateway
