// SPDX-License-Identifier: Apache-2.0
//
// The stages in order: document, meaning, values. Everything that is wrong with the shape and with
// the meaning is reported together, so one run shows everything.
#include <fmt/format.h>

#include <exception>
#include <utility>

#include "config/build.h"
#include "config/config.h"
#include "config/document.h"
#include "config/meaning.h"
#include "config/text_file.h"

namespace signalbox::config {

namespace {

Result<Config, Diagnostics> load_text(const Text& text) {
  Report report(text);
  const auto root = read_document(text, kRoot, "a configuration", report);
  if (!root) return std::move(report).sorted();
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
    return about_file(file_name, fmt::format("cannot be read: {}", problem.what()), "");
  }
}

Result<Config, Diagnostics> load_file(const std::string& path) {
  const auto text = read_text_file(path, "examples/minimal.yaml is a good start");
  if (!text) return text.error();
  return load(*text, path);
}

}  // namespace signalbox::config
