// SPDX-License-Identifier: Apache-2.0
//
// Schemes have no case (RFC 9110, section 11.1), tokens have; see bearer.h.
#include "access/bearer.h"

#include <algorithm>

namespace signalbox::access {

std::string_view bearer_of(std::string_view value) {
  constexpr std::string_view kScheme = "bearer";
  if (value.size() <= kScheme.size() || value[kScheme.size()] != ' ') return {};
  const bool is_bearer =
      std::equal(kScheme.begin(), kScheme.end(), value.begin(), [](char wanted, char c) {
        return c == wanted || (c >= 'A' && c <= 'Z' && c - 'A' + 'a' == wanted);
      });
  if (!is_bearer) return {};
  value.remove_prefix(kScheme.size());
  const std::size_t begin = value.find_first_not_of(' ');
  return begin == std::string_view::npos ? std::string_view{} : value.substr(begin);
}

}  // namespace signalbox::access
