// SPDX-License-Identifier: Apache-2.0
//
// Where access-log lines go: standard output, a file, or nowhere. One write per line under a mutex,
// so lines of several loops never mix.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "base/result.h"
#include "gateway/loop.h"

namespace signalbox::apps {

// `where` is "-" for standard output, "off" for none, else a path that is appended to.
Result<gateway::AccessLog> open_access_log(const std::string& where);

}  // namespace signalbox::apps
