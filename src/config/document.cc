// SPDX-License-Identifier: Apache-2.0
//
// The stages in order; one whose input is broken beyond use is not entered. See document.h.
#include "config/document.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "config/shape.h"
#include "config/units_of_measure.h"
#include "config/yaml_complaints.h"

namespace signalbox::config {

namespace {

void check_bytes(const Text& text, std::string_view noun, Report& report) {
  if (text.all().size() > kLargestFileBytes) {
    report.add({}, fmt::format("the file is larger than {}", format_size(kLargestFileBytes)),
               {.hint = fmt::format("{} is far smaller; is this the right file?", noun)});
    return;
  }
  if (const auto bad = find_invalid_utf8(text.all()); bad != std::string_view::npos) {
    report.add({"", text.mark_at(bad)}, "this is not UTF-8",
               {.hint = "save the file in the encoding UTF-8"});
    return;
  }
  if (const auto nul = text.all().find('\0'); nul != std::string_view::npos) {
    report.add({"", text.mark_at(nul)}, "a NUL byte stands here",
               {.hint = fmt::format("{} is UTF-8 text; save it as such", noun)});
    return;
  }
  report_tab_indentation(text, report);
}

// "a configuration needs at least 'services' and 'units'"
std::string needs(const Section& root, std::string_view noun) {
  std::vector<std::string> keys;
  for (const auto& field : root.fields) {
    if (field.is_required) keys.push_back(fmt::format("'{}'", field.key));
  }
  const std::string last = keys.empty() ? "some key" : keys.back();
  if (keys.size() < 2) return fmt::format("{} needs at least {}", noun, last);
  keys.pop_back();
  return fmt::format("{} needs at least {} and {}", noun, fmt::join(keys, ", "), last);
}

}  // namespace

std::optional<Node> read_document(const Text& text, const Section& root, std::string_view noun,
                                  Report& report) {
  check_bytes(text, noun, report);
  if (!report.empty()) return std::nullopt;
  auto tree = parse_yaml(text, report);
  if (!tree && report.empty()) {
    report.add({}, "the file is empty", {.hint = needs(root, noun)});
  }
  if (!tree) return std::nullopt;
  if (tree->kind == Node::Kind::kNull) {
    report.add({}, "the document is empty", {.hint = needs(root, noun)});
    return std::nullopt;
  }
  check_shape(*tree, root, report);
  return tree;
}

Diagnostics about_file(std::string_view file, std::string message, std::string hint) {
  return {{{.file = std::string(file),
            .mark = {},
            .key = "",
            .message = std::move(message),
            .hint = std::move(hint),
            .allowed = "",
            .source = ""}}};
}

}  // namespace signalbox::config
