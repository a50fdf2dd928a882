// SPDX-License-Identifier: Apache-2.0
//
// "Bearer TOKEN", as an Authorization field carries what lets its bearer in (RFC 6750).
#pragma once

#include <string_view>

namespace signalbox::access {

// The token; empty when the field says something else.
std::string_view bearer_of(std::string_view value);

}  // namespace signalbox::access
