// SPDX-License-Identifier: Apache-2.0
//
// YAML's own mistakes in words. A YAML parser says "illegal map value"; the person reading it wants
// to know that a blank is missing behind a colon, a quote is open or an indentation is off.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/diagnostics.h"
#include "config/text.h"

namespace signalbox::config {

struct YamlComplaint {
  Mark mark;  // the most telling place, which need not be where the parser gave up
  std::string message;
  std::string hint;
};

// What yaml-cpp's message at that place most likely means. `open` is where the innermost list or
// mapping begins that was not closed yet.
YamlComplaint explain_yaml_problem(std::string_view problem, const Text& text, Mark mark,
                                   std::optional<Mark> open);

// Why the value at `mark`, whose line goes on from there as `written` and which reads as `value`,
// does not end on its line, or nullopt when it does. A value over several lines is nearly always an
// open quote or a wrong indentation, and would silently swallow the keys below it.
std::optional<YamlComplaint> one_line_complaint(Mark mark, std::string_view written,
                                                std::string_view value);

// Reports every line that is indented with tabs, which YAML forbids and editors hide.
void report_tab_indentation(const Text& text, Report& report);

}  // namespace signalbox::config
