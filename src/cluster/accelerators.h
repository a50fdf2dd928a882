// SPDX-License-Identifier: Apache-2.0
//
// Which accelerator stands behind the name of an instance type. It fills in what a unit's
// configuration leaves out, for people and for rules by label; nothing is planned by it.
#pragma once

#include <string_view>

namespace signalbox::cluster {

// "L4" of "g6.xlarge", "H100" of "a3-highgpu-8g"; empty where it is not in the table.
std::string_view accelerator_of(std::string_view instance_type);

}  // namespace signalbox::cluster
