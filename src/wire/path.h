// SPDX-License-Identifier: Apache-2.0
//
// One spelling per resource. A rule that says "/admin" must also see "/x/..;/%61dmin//", so a
// target is brought to its normal form before anything is decided on it, and it is forwarded in
// that form.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "wire/http1_message.h"

namespace signalbox::wire {

struct Target {
  std::string path;   // starts with '/', or is "*"
  std::string query;  // without '?', as received
  bool has_query = false;

  // Path and query as they go on the wire.
  std::string text() const;
};

// An absolute-form target ("http://host:port/path?query") taken apart; rest may be empty.
struct AbsoluteForm {
  std::string_view scheme, authority, rest;
};

// nullopt when the target is not in absolute-form.
std::optional<AbsoluteForm> split_absolute_form(std::string_view target);

// Takes origin-form, absolute-form or "*". Percent-codes of unreserved characters are decoded,
// others get upper-case digits; empty and dot segments ("..;x" is "..") are resolved, never above
// the root. A second pass changes nothing. Refused with 400: %00, broken percent-codes, '\', '#',
// bytes outside printable ASCII, anything that has no path.
Result<Target, ParseFailure> normalise_target(std::string_view target);

}  // namespace signalbox::wire
