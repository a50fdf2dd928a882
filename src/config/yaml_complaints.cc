// SPDX-License-Identifier: Apache-2.0
//
// The table of yaml-cpp's messages and their meaning; see yaml_complaints.h.
#include "config/yaml_complaints.h"

#include <fmt/format.h>
#include <yaml-cpp/exceptions.h>

#include <algorithm>

namespace signalbox::config {

namespace {

struct Meaning {
  std::string_view problem;  // yaml-cpp's message, or its beginning
  std::string_view message;
  std::string_view hint;
};

// yaml-cpp declares its messages as plain const, so the table cannot be constexpr.
const Meaning kMeanings[] = {
    {YAML::ErrorMsg::MAP_KEY, "a key stands where none can", "indent keys of one section alike"},
    {YAML::ErrorMsg::BLOCK_ENTRY, "a list item stands where none can",
     "put '- item' on its own line, use [a, b], or write \"-\" in quotes if the text - is meant"},
    {YAML::ErrorMsg::TAB_IN_INDENTATION, "a tab indents this line", "indent with spaces"},
    {YAML::ErrorMsg::END_OF_MAP_FLOW, "a '{' is not closed by '}'",
     "close it, and separate its entries by commas"},
    {YAML::ErrorMsg::END_OF_SEQ_FLOW, "a '[' is not closed by ']'",
     "close it, and separate its items by commas"},
    {YAML::ErrorMsg::END_OF_MAP, "this line's indentation fits no section above it",
     "indent keys of one section alike"},
    {YAML::ErrorMsg::END_OF_SEQ, "this line's indentation fits no list above it",
     "indent the items of one list alike"},
    {YAML::ErrorMsg::FLOW_END, "a closing bracket has no opening one", "remove it"},
    {YAML::ErrorMsg::UNKNOWN_TOKEN, "a text cannot begin with this character",
     "put quotes around the text"},
    {YAML::ErrorMsg::ALIAS_NOT_FOUND, "a text cannot begin with '*'",
     "put quotes around it: \"*\""},
    {YAML::ErrorMsg::ANCHOR_NOT_FOUND, "a text cannot begin with '&'", "put quotes around it"},
    {YAML::ErrorMsg::UNKNOWN_ANCHOR, "YAML aliases (*name) are not allowed",
     "write the value out; a text that begins with '*' needs quotes"},
    {YAML::ErrorMsg::INVALID_ESCAPE, "an unknown escape stands behind '\\'",
     "write \\\\ for a backslash, or use single quotes"},
    {YAML::ErrorMsg::EOF_IN_SCALAR, "a quote is not closed", "close it"},
    {YAML::ErrorMsg::BAD_FILE, "nested far too deeply", "no known key lies that deep"},
};

// The index of the quote that closes a quoted text, or npos.
std::size_t closing_quote(std::string_view quoted_text) {
  const char quote = quoted_text.front();
  for (std::size_t i = 1; i < quoted_text.size(); ++i) {
    if (quote == '"' && quoted_text[i] == '\\') {
      ++i;
    } else if (quoted_text[i] == quote) {
      const bool doubled =
          quote == '\'' && i + 1 < quoted_text.size() && quoted_text[i + 1] == quote;
      if (!doubled) return i;
      ++i;
    }
  }
  return std::string_view::npos;
}

// The number of the nearest line above that holds more than a comment, or 0.
int content_line_above(const Text& text, int number) {
  while (--number >= 1) {
    const std::string_view line = text.line(number);
    const std::size_t content = line.find_first_not_of(' ');
    if (content != std::string_view::npos && line[content] != '#') return number;
  }
  return 0;
}

// "illegal map value": a ':' that cannot belong to a key. The mistake is often on the line above,
// which the parser read as the beginning of this key.
YamlComplaint explain_stray_colon(const Text& text, Mark mark) {
  const std::string_view line = text.line(mark.line);
  const std::string_view before = line.substr(0, line.size() - text.rest_of_line(mark).size());
  if (before.find(": ") != std::string_view::npos) {
    return {mark, "a second ': ' stands in one line",
            "put quotes around a text that holds ': ', or write keys of their own as {a: 1, b: 2}"};
  }
  const int above = content_line_above(text, mark.line);
  const std::string_view line_above = text.line(above);
  const std::size_t key = line_above.find_first_not_of(' ');
  const std::size_t colon = line_above.find(':');
  if (above > 0 && colon == std::string_view::npos) {
    return {
        {above, static_cast<int>(key) + 1}, "a ':' is missing on this line", "write 'key: value'"};
  }
  const bool is_glued = above > 0 && colon + 1 < line_above.size() && line_above[colon + 1] != ' ';
  if (is_glued) {
    return {text.mark_of_byte(above, static_cast<int>(colon)), "no space stands behind this ':'",
            "write 'key: value'"};
  }
  return {mark, "a ':' stands where none can", "indent the keys of one section alike"};
}

}  // namespace

YamlComplaint explain_yaml_problem(std::string_view problem, const Text& text, Mark mark,
                                   std::optional<Mark> open) {
  const std::string_view rest = text.rest_of_line(mark);
  if (problem == YAML::ErrorMsg::MAP_VALUE) return explain_stray_colon(text, mark);
  if (problem == YAML::ErrorMsg::UNKNOWN_TOKEN && !rest.empty()) {
    const auto character = rest.substr(0, utf8_length(rest.front()));
    return {mark, fmt::format("a text cannot begin with {}", in_quotes(character)),
            "put quotes around the text"};
  }
  const bool is_open_bracket =
      problem == YAML::ErrorMsg::END_OF_SEQ_FLOW || problem == YAML::ErrorMsg::END_OF_MAP_FLOW;
  const bool is_behind_sigil =
      problem == YAML::ErrorMsg::ALIAS_NOT_FOUND || problem == YAML::ErrorMsg::ANCHOR_NOT_FOUND;
  if (is_open_bracket && open) mark = *open;
  if (is_behind_sigil && mark.column > 1) --mark.column;
  for (const auto& meaning : kMeanings) {
    if (problem.starts_with(meaning.problem)) {
      return {mark, std::string(meaning.message), std::string(meaning.hint)};
    }
  }
  return {mark, fmt::format("this is not YAML: {}", printable(problem)), ""};
}

std::optional<YamlComplaint> one_line_complaint(Mark mark, std::string_view written,
                                                std::string_view value) {
  if (written.empty()) return std::nullopt;
  const char first = written.front();
  if (first == '|' || first == '>') {
    return YamlComplaint{mark, "a text block over several lines is not allowed",
                         "write the value on the line of its key"};
  }
  if (first == '"' || first == '\'') {
    if (closing_quote(written) != std::string_view::npos) return std::nullopt;
    return YamlComplaint{mark, "the quote that opens here is not closed on its line",
                         fmt::format("end the text with {}", first)};
  }
  const bool has_properties = first == '!' || first == '&';  // refused elsewhere
  if (has_properties || written.starts_with(value)) return std::nullopt;
  return YamlComplaint{mark,
                       fmt::format("this value runs on into the next line: {}", in_quotes(value)),
                       "close an open bracket, put a ':' behind every key, and indent the next key "
                       "as deep as its neighbours"};
}

void report_tab_indentation(const Text& text, Report& report) {
  for (int number = 1; number <= text.line_count(); ++number) {
    const std::string_view line = text.line(number);
    const std::size_t content = line.find_first_not_of(" \t");
    if (content == std::string_view::npos || line[content] == '#') continue;
    const std::size_t tab = line.substr(0, content).find('\t');
    if (tab == std::string_view::npos) continue;
    report.add({"", text.mark_of_byte(number, static_cast<int>(tab))}, "a tab indents this line",
               {.hint = "indent with spaces; YAML does not allow tabs"});
  }
}

}  // namespace signalbox::config
