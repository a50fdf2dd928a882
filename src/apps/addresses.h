// SPDX-License-Identifier: Apache-2.0
//
// "host:port" from a command line.
#pragma once

#include <string_view>

#include "base/result.h"
#include "core/model/unit.h"

namespace signalbox::apps {

// An error says what was expected. Port 0 is taken as it stands.
Result<core::Address> parse_address(std::string_view text);

}  // namespace signalbox::apps
