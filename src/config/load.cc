// SPDX-License-Identifier: Apache-2.0
//
// The stages in order: text, tree, shape, meaning, values. A stage whose input is broken beyond
// use is not entered; otherwise all of them report, so one run shows everything.
#include <fmt/format.h>

#include <exception>
#include <utility>

#include "config/build.h"
#include "config/config.h"
#include "config/meaning.h"
#include "config/shape.h"
#include "config/yaml_complaints.h"
#include "config/yaml_tree.h"

namespace signalbox::config {

namespace {

void check_bytes(const Text& text, Report& report) {
  if (text.all().size() > kLargestFileBytes) {
    report.add({}, fmt::format("the file is larger than {}", format_size(kLargestFileBytes)),
               {.hint = "a configuration is far smaller; is this the right file?"});
    return;
  }
  if (const auto bad = find_invalid_utf8(text.all()); bad != std::string_view::npos) {
    report.add({"", text.mark_at(bad)}, "this is not UTF-8",
               {.hint = "save the file in the encoding UTF-8"});
    return;
  }
  if (const auto nul = text.all().find('\0'); nul != std::string_view::npos) {
    report.add({"", text.mark_at(nul)}, "a NUL byte stands here",
               {.hint = "a configuration is UTF-8 text; save it as such"});
    return;
  }
  report_tab_indentation(text, report);
}

Result<Config, Diagnostics> load_text(const Text& text) {
  Report report(text);
  check_bytes(text, report);
  if (!report.empty()) return std::move(report).sorted();

  const auto root = parse_yaml(text, report);
  if (!root && report.empty()) {
    report.add({}, "the file is empty",
               {.hint = "a configuration needs at least 'services' and 'units'"});
  }
  if (!root) return std::move(report).sorted();
  if (root->kind == Node::Kind::kNull) {
    report.add({}, "the document is empty",
               {.hint = "a configuration needs at least 'services' and 'units'"});
    return std::move(report).sorted();
  }

  check_shape(*root, report);
  const Fields fields(&*root, kRoot, {"", {1, 1}});
  if (fields.is_readable()) check_meaning(fields, report);
  if (!report.empty()) return std::move(report).sorted();
  return build_config(fields);
}

}  // namespace

Result<Config, Diagnostics> load(std::string_view text, std::string_view file_name) {
  try {
    return load_text(Text(text, file_name));
  } catch (const std::exception& problem) {
    return Diagnostics{{{.file = std::string(file_name),
                         .mark = {},
                         .key = "",
                         .message = fmt::format("cannot be read: {}", problem.what()),
                         .hint = "",
                         .allowed = "",
                         .source = ""}}};
  }
}

}  // namespace signalbox::config
