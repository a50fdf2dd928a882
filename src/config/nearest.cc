// SPDX-License-Identifier: Apache-2.0
//
// Optimal string alignment distance over three rows; see nearest.h.
#include "config/nearest.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "config/text.h"

namespace signalbox::config {

namespace {

constexpr std::size_t kLongestWord = 64;  // nobody mistypes a longer one letter by letter

// How a word reads when case and the kind of separator do not matter.
std::string folded(std::string_view word) {
  std::string out;
  for (const char c : word) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool separator = c == '-' || c == ' ' || c == '.';
    out += upper ? static_cast<char>(c - 'A' + 'a') : separator ? '_' : c;
  }
  return out;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> allowed) {
  if (word.empty() || word.size() > kLongestWord) return std::nullopt;
  const std::string meant = folded(word);
  std::optional<std::string_view> best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string_view candidate : allowed) {
    const std::size_t distance = edit_distance(meant, folded(candidate));
    const bool shares_something = distance < std::max(word.size(), candidate.size());
    if (distance < best_distance && shares_something) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> allowed) {
  const auto found = nearest(word, allowed);
  return found ? fmt::format("did you mean {}?", in_quotes(*found)) : std::string();
}

std::string listed(std::span<const std::string_view> words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

}  // namespace signalbox::config
