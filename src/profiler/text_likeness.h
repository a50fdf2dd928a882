// SPDX-License-Identifier: Apache-2.0
//
// How far apart two texts are. The same language model on two kinds of hardware agrees word for
// word until one near tie falls the other way, so what is counted is how many words would have to
// be changed to make one answer the other, not whether they are equal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace signalbox::profiler {

// Words (runs of letters and digits), and each other sign by itself; blanks only separate. Scripts
// that write no blanks between words (from U+2E80 on) give a token for each character. Views of
// `text`. REQUIRES: is_utf8(text).
std::vector<std::string_view> tokens_of(std::string_view text);

// Fewest insertions, deletions and replacements of tokens that make `a` into `b`. V. I.
// Levenshtein, "Binary codes capable of correcting deletions, insertions, and reversals", 1966; by
// the table of R. A. Wagner and M. J. Fischer, J. ACM 21(1), 1974, of which one row is kept.
std::size_t edit_distance(const std::vector<std::string_view>& a,
                          const std::vector<std::string_view>& b);

// The same as a share of the longer text's tokens: 0 for equal texts, 1 for nothing in common; 0
// when both are empty. Of texts longer than kMaxTokens, their beginnings are compared.
inline constexpr std::size_t kMaxTokens = 4096;
double text_distance(std::string_view a, std::string_view b);

// Whether the text is well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates.
bool is_utf8(std::string_view text);

}  // namespace signalbox::profiler
