// SPDX-License-Identifier: Apache-2.0
//
// JSON written as YAML for people: blocks, every text in quotes, so that no reader takes one for a
// number or a flag.
#pragma once

#include <boost/json/value.hpp>
#include <string>

namespace signalbox::config {

// Ends with a newline.
std::string to_yaml(const boost::json::value& value);

}  // namespace signalbox::config
