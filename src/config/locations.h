// SPDX-License-Identifier: Apache-2.0
//
// Where something is read from: a file of this machine, or a page of a server, as one writes them
// in one place. As with addresses, nothing is resolved or opened here.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "config/units_of_measure.h"
#include "core/model/unit.h"

namespace signalbox::config {

struct Location {
  std::string file;       // a path; empty = the page below
  core::Address address;  // of the server
  bool tls = false;
  std::string target;  // path and query, beginning with '/'

  bool is_page() const { return file.empty(); }
  bool operator==(const Location&) const = default;
};

// "http://host:port/path", "https://host/path", or the path of a file. Without a port it is 80 or
// 443.
Result<Location, Complaint> parse_location(std::string_view text);

// As one would write it.
std::string format_location(const Location& location);

}  // namespace signalbox::config
