// SPDX-License-Identifier: Apache-2.0
//
// "Did you mean ...?" A typing mistake is an inserted, lost, wrong or swapped letter, so the
// nearest allowed word by Damerau-Levenshtein distance is nearly always the one that was meant.
// Upper case,
// '-' for '_' and the like cost nothing, and a word too far away is not offered at all.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace signalbox::config {

// Edits between two words: insert, delete, replace, or swap two neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The allowed word nearest to `word` (the first of equals), when it is near enough to be meant.
std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> allowed);

// "did you mean 'x'?", or "" when nothing is near.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> allowed);

// "a, b, c"
std::string listed(std::span<const std::string_view> words);

}  // namespace signalbox::config
