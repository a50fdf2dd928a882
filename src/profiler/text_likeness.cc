// SPDX-License-Identifier: Apache-2.0
//
// Tokens, and the distance between two lists of them; see text_likeness.h.
#include "profiler/text_likeness.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <optional>

#include "base/assert.h"

namespace signalbox::profiler {

namespace {

constexpr char32_t kFirstIdeographic = 0x2E80;

struct CodePoint {
  char32_t value;
  std::size_t bytes;
};

// The code point at the text's beginning; nullopt where there is none in good form.
std::optional<CodePoint> first_code_point(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return CodePoint{lead, 1};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return std::nullopt;
  char32_t value = lead & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return std::nullopt;
    value = (value << 6U) | (byte(i) & 0x3FU);
  }
  const char32_t least = bytes == 4 ? 0x10000 : bytes == 3 ? 0x800 : 0x80;
  const bool surrogate = value >= 0xD800 && value < 0xE000;
  if (value < least || value > 0x10FFFF || surrogate) return std::nullopt;
  return CodePoint{value, bytes};
}

bool is_blank(char32_t c) { return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xA0; }

bool joins_words(char32_t c) {
  if (c < 0x80) return std::isalnum(static_cast<int>(c)) != 0;
  return c < kFirstIdeographic && c != 0xA0 && !(c >= 0x2000 && c < 0x2070);
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto next = first_code_point(text);
    if (!next) return false;
    text.remove_prefix(next->bytes);
  }
  return true;
}

std::vector<std::string_view> tokens_of(std::string_view text) {
  std::vector<std::string_view> tokens;
  bool inside = false;  // the last token is a word that may go on
  for (std::size_t at = 0; at < text.size();) {
    const auto next = first_code_point(text.substr(at));
    SIGNALBOX_ASSERT(next.has_value());
    const bool word = joins_words(next->value);
    if (word && inside) {
      const std::string_view begun = tokens.back();
      tokens.back() = std::string_view(begun.data(), begun.size() + next->bytes);
    } else if (!is_blank(next->value)) {
      tokens.push_back(text.substr(at, next->bytes));
    }
    inside = word;
    at += next->bytes;
  }
  return tokens;
}

std::size_t edit_distance(const std::vector<std::string_view>& a,
                          const std::vector<std::string_view>& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

double text_distance(std::string_view a, std::string_view b) {
  auto tokens_a = tokens_of(a), tokens_b = tokens_of(b);
  if (tokens_a.size() > kMaxTokens) tokens_a.resize(kMaxTokens);
  if (tokens_b.size() > kMaxTokens) tokens_b.resize(kMaxTokens);
  const std::size_t longer = std::max(tokens_a.size(), tokens_b.size());
  if (longer == 0) return 0.0;
  return static_cast<double>(edit_distance(tokens_a, tokens_b)) / static_cast<double>(longer);
}

}  // namespace signalbox::profiler
