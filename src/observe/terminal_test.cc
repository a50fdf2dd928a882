// SPDX-License-Identifier: Apache-2.0
#include "observe/terminal.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <regex>

#include "observe/golden.h"
#include "observe/unicode.h"

namespace signalbox::observe {
namespace {

bool is_short(double at_s) { return at_s >= 68 && at_s < 97; }

// Two triangular waves of 60 s each, up to 51 requests/s.
double rate_at(double at_s) { return 51.0 - std::abs(std::fmod(at_s, 60.0) - 30.0) * 1.7; }

std::vector<double> shares_at(double at_s) {
  if (is_short(at_s)) return {0.22, 0.26, 0.24, 0.14, 0.14};
  return {0.78, 0.16, 0.06, 0.0, 0.0};
}

core::Mode mode_at(double at_s) {
  return is_short(at_s) ? core::Mode::kCapacityOptimized : core::Mode::kCostOptimized;
}

DemoFrame frame_at(double at_s) {
  DemoFrame frame;
  frame.title = "five units, two waves, Inferentia fails at the second rise";
  frame.footer = "Ctrl-C ends the demo";
  frame.elapsed = from_seconds(at_s);
  frame.total = 120s;
  frame.service = "genimage";
  frame.mode = mode_at(at_s);
  frame.mode_for = from_seconds(is_short(at_s) ? at_s - 68 : at_s);
  frame.rate_per_s = rate_at(at_s);
  frame.peak_rate_per_s = 51;
  frame.requests = static_cast<std::uint64_t>(26 * at_s);
  frame.held = is_short(at_s) ? 3 : 0;
  frame.p50 = 612ms;
  frame.p99 = is_short(at_s) ? 1740ms : 1130ms;
  frame.cost_usd_per_hour = 23.1;
  frame.lower_bound_usd_per_hour = 21.87;
  frame.paper_weighted_usd_per_hour = 34.02;
  frame.spent_usd = 0.412;
  frame.paper_weighted_spent_usd = 0.584;
  const char* names[] = {"sd21-inf2-neuron", "sd21-trn1-neuron", "sd21-g5-triton", "sd21-g6-triton",
                         "sd21-g5-cuda"};
  const double prices[] = {0.7582, 1.3438, 1.006, 0.8048, 1.006};
  const double per_1k[] = {0.103, 0.162, 0.168, 0.206, 0.236};
  for (std::size_t u = 0; u < 5; ++u) {
    DemoUnit unit;
    unit.name = names[u];
    unit.share = shares_at(at_s)[u];
    unit.ready = static_cast<int>(30 * unit.share);
    unit.booting = u == 1 ? 2 : 0;
    unit.draining = u == 4 ? 1 : 0;
    unit.limit = is_short(at_s) && u == 0 ? 6 : 40;
    unit.launchable = !is_short(at_s) || u != 0;
    unit.note = unit.launchable ? "" : "launches refused, probing in 3 s";
    unit.price_usd_per_hour = prices[u];
    unit.usd_per_1k = per_1k[u];
    frame.units.push_back(unit);
  }
  for (double t = 0; t <= at_s; t += 1.0) {
    frame.history.push_back({from_seconds(t), rate_at(t), shares_at(t), mode_at(t)});
  }
  const std::vector<DemoEvent> events = {
      {2s, DemoEventKind::kInfo, "the first wave rises; five units are ready"},
      {66s, DemoEventKind::kLoss,
       "lost 9 of 18 sd21-inf2-neuron replicas; the provider refuses new ones"},
      {68s, DemoEventKind::kMode,
       "cost_optimized → capacity_optimized after 12 ms: a launch of sd21-inf2-neuron was refused "
       "(insufficient capacity), 11.2 requests/s short"},
      {70s, DemoEventKind::kInfo, "sd21-trn1-neuron: 6 replicas launched"},
      {90s, DemoEventKind::kHeal, "sd21-inf2-neuron launches again"},
      {97s, DemoEventKind::kMode,
       "capacity_optimized → cost_optimized: the cost tier has been ready for 6 s"}};
  for (const auto& event : events) {
    if (event.at <= frame.elapsed) frame.events.push_back(event);
  }
  return frame;
}

std::vector<std::string> lines_of(const std::string& screen) {
  std::vector<std::string> lines(1);
  for (const char c : screen) {
    if (c == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += c;
    }
  }
  return lines;
}

void expect_fits(const std::string& screen, Size size) {
  const auto lines = lines_of(screen);
  EXPECT_EQ(lines.size(), static_cast<std::size_t>(size.rows));
  for (const auto& line : lines) EXPECT_LE(display_width(line), size.columns) << line;
}

TEST(Terminal, golden_80x24_in_capacity_mode) {
  const auto screen = render_screen(frame_at(80), {80, 24}, false);
  expect_fits(screen, {80, 24});
  expect_golden("screen_80x24.txt", screen + "\n");
}

TEST(Terminal, golden_120x40_after_the_return) {
  const auto screen = render_screen(frame_at(117), {120, 40}, false);
  expect_fits(screen, {120, 40});
  expect_golden("screen_120x40.txt", screen + "\n");
}

TEST(Terminal, golden_80x24_before_anything_has_happened) {
  DemoFrame frame = frame_at(0);
  frame.history.clear();
  frame.p50 = frame.p99 = 0ms;
  expect_golden("screen_start.txt", render_screen(frame, {80, 24}, false) + "\n");
}

TEST(Terminal, colour_adds_colour_and_nothing_else) {
  const std::regex sgr("\x1b\\[[0-9;]*m");
  for (const Size size : {Size{80, 24}, Size{120, 40}}) {
    DemoFrame frame = frame_at(40);
    frame.mode = core::Mode::kCostOptimized;
    frame.history.clear();  // the stacked chart is the one thing that needs colours to be drawn
    const auto plain = lines_of(render_screen(frame, size, false));
    const auto colored = lines_of(std::regex_replace(render_screen(frame, size, true), sgr, ""));
    for (std::size_t row = 0; row < plain.size(); ++row) {
      if (row == 3) continue;  // the badge has brackets instead of a background
      EXPECT_EQ(plain[row], colored[row]);
    }
  }
}

TEST(Terminal, figures_keep_their_place_from_frame_to_frame) {
  const auto quiet = lines_of(render_screen(frame_at(1), {80, 24}, false));
  DemoFrame busy_frame = frame_at(85);
  busy_frame.requests = 1'234'567;
  busy_frame.held = 1024;
  busy_frame.errors = 12;
  const auto busy = lines_of(render_screen(busy_frame, {80, 24}, false));
  for (const char* label : {"requests/s", "in all", "held", "errors"}) {
    EXPECT_EQ(quiet[4].find(label), busy[4].find(label)) << label;
  }
  EXPECT_EQ(quiet[8], busy[8]) << "the table's heading";
}

TEST(Terminal, hostile_and_wide_names_neither_wrap_nor_get_through) {
  DemoFrame frame = frame_at(80);
  frame.title = std::string(300, 'x');
  frame.service = "推論サービス推論";
  frame.units[0].name = "\x1b[2J推論推論推論推論推論推論推論推論";
  frame.units[0].note = "line\nbreak \xff " + std::string(200, 'y');
  frame.events.push_back({80s, DemoEventKind::kLoss, std::string(500, 'z') + "\r\n"});
  for (const Size size : {Size{80, 24}, Size{120, 40}, Size{40, 10}}) {
    const auto screen = render_screen(frame, size, false);
    expect_fits(screen, size);
    EXPECT_EQ(screen.find('\x1b'), std::string::npos);
    EXPECT_EQ(screen.find('\r'), std::string::npos);
  }
}

TEST(Terminal, more_units_than_rows_are_counted) {
  DemoFrame frame = frame_at(80);
  while (frame.units.size() < 40) frame.units.push_back(frame.units[0]);
  const auto screen = render_screen(frame, {80, 24}, false);
  expect_fits(screen, {80, 24});
  EXPECT_NE(screen.find("and 28 more"), std::string::npos) << screen;
}

RC_GTEST_PROP(Terminal, every_size_is_exactly_filled, ()) {
  const Size size{*rc::gen::inRange(1, 200), *rc::gen::inRange(1, 80)};
  DemoFrame frame = frame_at(*rc::gen::inRange(0, 130));
  frame.units.resize(static_cast<std::size_t>(*rc::gen::inRange(0, 6)));
  const bool color = *rc::gen::arbitrary<bool>();
  const auto lines = lines_of(
      std::regex_replace(render_screen(frame, size, color), std::regex("\x1b\\[[0-9;]*m"), ""));
  RC_ASSERT(lines.size() == static_cast<std::size_t>(size.rows));
  for (const auto& line : lines) RC_ASSERT(display_width(line) <= size.columns);
}

TEST(Terminal, one_line_for_logs) {
  EXPECT_EQ(
      render_line(frame_at(80)),
      " 1:20  capacity_optimized   34.0 requests/s  p50  612 ms  p99  1.74 s  held   3  errors   "
      "0   $23.10/h (paper weights  $34.02/h)  sd21-inf2-neuron 22 % sd21-trn1-neuron 26 % "
      "sd21-g5-triton 24 % sd21-g6-triton 14 % sd21-g5-cuda 14 %\n");
}

TEST(Terminal, repainting_overwrites_line_by_line) {
  EXPECT_EQ(repaint("a\n\nb"), "\x1b[?2026h\x1b[Ha\x1b[K\r\n\x1b[K\r\nb\x1b[K\x1b[?2026l");
}

}  // namespace
}  // namespace signalbox::observe
