// SPDX-License-Identifier: Apache-2.0
//
// The SHA-256 of a certificate as tools print it (AB:CD:...) and as it is compared (abcd...).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace signalbox::config {

// 64 hexadecimal digits in lower case; nullopt for what is none.
inline std::optional<std::string> read_fingerprint(std::string_view text) {
  constexpr std::size_t kDigits = 64;
  std::string digits;
  for (const char c : text) {
    if (c == ':' && digits.size() % 2 == 0 && !digits.empty()) continue;
    const char lower = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool is_digit = (lower >= '0' && lower <= '9') || (lower >= 'a' && lower <= 'f');
    if (!is_digit) return std::nullopt;
    digits.push_back(lower);
  }
  if (digits.size() != kDigits) return std::nullopt;
  return digits;
}

}  // namespace signalbox::config
