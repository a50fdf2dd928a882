// SPDX-License-Identifier: Apache-2.0
//
// Which requests a service answers to: a path pattern and a model, both of which must match. The
// first service from the top that matches gets the request.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/fields.h"

namespace signalbox::config {

// The patterns of a service as configured, or the default for what it configures.
std::vector<std::string> paths_of(const Fields& service);

// Whether every path that matches `pattern` also matches `wider`.
bool covers(std::string_view wider, std::string_view pattern);

}  // namespace signalbox::config
