// SPDX-License-Identifier: Apache-2.0
//
// How freely data may travel: classes of data, strictest first, each with what it demands of the
// units that may see it. A request names its class, or whoever vouches for it does; one that is
// silent, or names a class that nobody knows, is treated as the strictest.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/model/unit.h"

namespace signalbox::core {

struct DataClass {
  std::string name;
  std::vector<Label> require;  // a unit may see such data when it has all of these labels
};

struct DataPolicy {
  std::vector<DataClass> classes;  // strictest first; empty = data may go anywhere
};

// Position in DataPolicy::classes.
using DataClassIndex = std::uint8_t;
inline constexpr std::size_t kMaxDataClasses = 255;
inline constexpr DataClassIndex kStrictest = 0;

}  // namespace signalbox::core
