// SPDX-License-Identifier: Apache-2.0
//
// Text as it will look: code points and the columns they take. Names, notes and addresses come from
// configuration and from the network, so a screen or a log line may meet any bytes at all; here
// broken UTF-8 becomes U+FFFD, and nothing a terminal would obey counts as printable.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace signalbox::observe {

inline constexpr char32_t kReplacement = 0xFFFD;

// The code point at `at`, which moves past it. A malformed sequence is one kReplacement per byte.
// REQUIRES: at < text.size()
char32_t next_code_point(std::string_view text, std::size_t& at);

void append_utf8(std::string& out, char32_t code_point);

// Columns a code point takes: 0 for combining marks, controls and other invisible ones, 2 for wide
// East Asian characters and emoji, else 1. Ambiguous ones count as 1.
int display_width(char32_t code_point);
int display_width(std::string_view text);

// `text` with controls and broken bytes as U+FFFD: safe to print whoever wrote it.
std::string printable(std::string_view text);

// True for C0, C1 and DEL: what a terminal obeys instead of showing.
constexpr bool is_control(char32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0);
}

}  // namespace signalbox::observe
