// SPDX-License-Identifier: Apache-2.0
//
// Words and JSON; see equivalence_report.h. Prompts and findings hold text of others, so nothing
// that a terminal would obey gets through.
#include "profiler/equivalence_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstddef>

#include "observe/json_text.h"
#include "observe/unicode.h"

namespace signalbox::profiler {

namespace json = boost::json;

namespace {

constexpr int kPromptColumns = 44;

// As many columns of it as fit, padded to the width.
std::string fitted(std::string_view text, int width) {
  const std::string safe = observe::printable(text);
  if (observe::display_width(safe) <= width) {
    return safe + std::string(static_cast<std::size_t>(width - observe::display_width(safe)), ' ');
  }
  std::string out;
  int columns = 0;
  for (std::size_t at = 0; at < safe.size();) {
    const char32_t next = observe::next_code_point(safe, at);
    const int more = observe::display_width(next);
    if (columns + more > width - 3) break;
    observe::append_utf8(out, next);
    columns += more;
  }
  return out + "..." + std::string(static_cast<std::size_t>(width - 3 - columns), ' ');
}

std::string shown(const std::string& prompt) { return prompt.empty() ? "(a plain GET)" : prompt; }

}  // namespace

std::string render_equivalence(const Equivalence& found, const Tolerances& tolerances,
                               std::string_view unit_a, std::string_view unit_b) {
  std::string out = fmt::format("{} and {}, asked the same {} {}\n\n", observe::printable(unit_a),
                                observe::printable(unit_b), found.prompts.size(),
                                found.prompts.size() == 1 ? "prompt" : "prompts");
  int width = 12;
  for (const auto& each : found.prompts) {
    width = std::max(width, observe::display_width(observe::printable(shown(each.prompt))));
  }
  width = std::min(width, kPromptColumns);
  for (const auto& each : found.prompts) {
    out +=
        fmt::format("  {}  {}  {}\n", each.comparison.passed ? "same  " : "DIFFER",
                    fitted(shown(each.prompt), width), observe::printable(each.comparison.finding));
  }
  const bool holds = found.holds(tolerances);
  out += fmt::format("\n  {}: {} of {} prompts passed\n", holds ? "Equivalent" : "NOT equivalent",
                     found.passed(), found.prompts.size());
  if (const PromptVerdict* worst = found.worst()) {
    out += fmt::format("  The least alike: {}  {}\n", fitted(shown(worst->prompt), width),
                       observe::printable(worst->comparison.finding));
  }
  out += holds ? "  They may share the traffic of one service.\n"
               : "  They should not share the traffic of one service: clients would see which unit "
                 "answered.\n  Compare model, revision, precision, scheduler and steps; or allow "
                 "more with --min-ssim,\n  --max-distance or --min-share.\n";
  return out;
}

std::string equivalence_json(const Equivalence& found, const Tolerances& tolerances,
                             std::string_view unit_a, std::string_view unit_b) {
  json::object out{{"unit_a", unit_a},
                   {"unit_b", unit_b},
                   {"equivalent", found.holds(tolerances)},
                   {"prompts", found.prompts.size()},
                   {"passed", found.passed()},
                   {"share_passed", observe::rounded(found.share_passed(), 4)}};
  if (const PromptVerdict* worst = found.worst()) {
    out["worst_prompt"] = worst->prompt;
    out["worst_likeness"] = observe::rounded(worst->comparison.likeness, 4);
    out["worst_finding"] = worst->comparison.finding;
  }
  json::array verdicts;
  for (const auto& each : found.prompts) {
    verdicts.push_back(json::object{{"prompt", each.prompt},
                                    {"passed", each.comparison.passed},
                                    {"likeness", observe::rounded(each.comparison.likeness, 4)},
                                    {"finding", each.comparison.finding}});
  }
  out["verdicts"] = std::move(verdicts);
  return observe::json_text(out, observe::Layout::kOneLine) + "\n";
}

}  // namespace signalbox::profiler
