// SPDX-License-Identifier: Apache-2.0
//
// Collecting and printing; see diagnostics.h.
#include "config/diagnostics.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace signalbox::config {

namespace {

constexpr std::size_t kMostShown = 50;
constexpr int kMarginColumns = 60;  // shown to either side of the caret in a very long line

// The source line cut to a window around the column, and the caret's line below it.
struct Excerpt {
  std::string source, caret;
};

std::vector<std::string_view> characters_of(std::string_view line) {
  std::vector<std::string_view> characters;
  while (!line.empty()) {
    characters.push_back(line.substr(0, utf8_length(line.front())));
    line.remove_prefix(characters.back().size());
  }
  return characters;
}

Excerpt excerpt(std::string_view line, int column) {
  const auto characters = characters_of(line);
  const auto count = static_cast<int>(characters.size());
  const int first = std::max(0, column - 1 - kMarginColumns);
  const int last = std::min(count, column + kMarginColumns);
  Excerpt shown;
  if (first > 0) shown = {"...", "   "};
  // The caret may stand just past the end of the line.
  for (int i = first; i < std::max(last, column - 1); ++i) {
    const std::string_view character = i < count ? characters[static_cast<std::size_t>(i)] : "";
    const bool is_tab = character == "\t";
    const std::string visible = is_tab ? "\t" : printable(character);
    shown.source += visible;
    if (i >= column - 1) continue;
    const std::size_t width = visible.size() > character.size() ? visible.size() : 1;
    shown.caret += is_tab ? "\t" : std::string(width, ' ');
  }
  if (last < count) shown.source += "...";
  shown.caret += "^";
  return shown;
}

}  // namespace

std::string render(const Diagnostic& diagnostic) {
  std::string out = printable(diagnostic.file);
  const bool in_text = diagnostic.mark.line > 0;
  if (in_text) out += fmt::format(":{}:{}", diagnostic.mark.line, diagnostic.mark.column);
  if (!diagnostic.key.empty()) out += ": " + printable(diagnostic.key);
  out += ": " + diagnostic.message;
  if (!diagnostic.hint.empty()) out += "; " + diagnostic.hint;
  out += '\n';
  if (in_text && !diagnostic.source.empty()) {
    const Excerpt shown = excerpt(diagnostic.source, diagnostic.mark.column);
    out += fmt::format("{:>5} | {}\n", diagnostic.mark.line, shown.source);
    out += fmt::format("      | {}\n", shown.caret);
  }
  if (!diagnostic.allowed.empty()) out += fmt::format("      = allowed: {}\n", diagnostic.allowed);
  return out;
}

std::string render(const Diagnostics& diagnostics) {
  std::string out;
  const auto& list = diagnostics.list;
  for (std::size_t i = 0; i < std::min(list.size(), kMostShown); ++i) out += render(list[i]);
  if (list.empty()) return out;
  out += fmt::format("{} error{} in {}", list.size(), list.size() == 1 ? "" : "s",
                     printable(list.front().file));
  if (list.size() > kMostShown) out += fmt::format("; the first {} are shown", kMostShown);
  return out + "\n";
}

void Report::add(const Place& place, std::string message, Advice advice) {
  found_.list.push_back({.file = text_.file_name(),
                         .mark = place.mark,
                         .key = place.path,
                         .message = std::move(message),
                         .hint = std::move(advice.hint),
                         .allowed = std::move(advice.allowed),
                         .source = ""});
}

Diagnostics Report::sorted() && {
  std::stable_sort(found_.list.begin(), found_.list.end(),
                   [](const Diagnostic& a, const Diagnostic& b) { return a.mark < b.mark; });
  for (std::size_t i = 0; i < std::min(found_.list.size(), kMostShown); ++i) {
    found_.list[i].source = text_.line(found_.list[i].mark.line);
  }
  return std::move(found_);
}

std::string child_path(std::string_view path, std::string_view key) {
  return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

std::string item_path(std::string_view path, std::size_t index) {
  return fmt::format("{}[{}]", path, index);
}

}  // namespace signalbox::config
