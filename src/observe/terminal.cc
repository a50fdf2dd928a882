// SPDX-License-Identifier: Apache-2.0
//
// From top to bottom: header, the service's four lines, the units, the chart, the events. Rows are
// dealt out first (Rows), so that drawing never has to ask what fits.
#include "observe/terminal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "observe/figures.h"
#include "observe/traffic_chart.h"
#include "observe/unicode.h"
#include "observe/wrapping.h"

namespace signalbox::observe {

namespace {

constexpr int kWideColumns = 120;  // from here on, notes stand in the table itself
constexpr int kFigureColumn = 12;  // where the service's figures begin
constexpr Style kMuted = {Ink::kGrey};
constexpr Style kStrong = {Ink::kDefault, Ink::kDefault, true};

Ink mode_ink(core::Mode mode) {
  return mode == core::Mode::kCostOptimized ? Ink::kGreen : Ink::kOrange;
}

// Which row everything goes to; a height of zero means it is left out.
struct Rows {
  int table = 0;
  int units = 0;  // rows for units, the last one telling of more where they do not all fit
  int note = -1;  // -1 = notes stand in the table
  Box chart;
  bool headings = false;  // roomy: headings, time labels and air
  int events = 0;
  int event_rows = 0;
  int footer = 0;
};

Rows deal_rows(Size size, std::size_t units) {
  Rows rows;
  rows.footer = size.rows - 1;
  rows.table = 8;
  const int after_header = rows.table + 1;
  rows.units = std::clamp(rows.footer - 1 - after_header, 0, static_cast<int>(units));
  int next = after_header + rows.units;
  if (size.columns < kWideColumns) rows.note = next;
  ++next;  // the note, or air
  int left = std::max(0, rows.footer - next);
  rows.headings = left >= 18;
  if (rows.headings) left -= 5;  // two headings, time labels, two rows of air
  const int chart = left < 6 ? 0 : left * 4 / 7;
  rows.event_rows = left - chart;
  if (rows.headings) ++next;
  rows.chart = {next, 1, size.columns - 2, chart};
  next += chart;
  if (rows.headings) next += 3;  // time labels, air, heading
  rows.events = next;
  return rows;
}

// Nothing has been measured yet while it is zero.
std::string latency_text(Duration d) { return d == Duration::zero() ? "-" : duration_text(d); }

class Screen {
 public:
  Screen(const DemoFrame& frame, Size size, bool color)
      : frame_(frame), canvas_(size), color_(color), rows_(deal_rows(size, frame.units.size())) {}

  std::string draw() {
    header();
    service();
    traffic();
    latency();
    cost();
    table();
    chart();
    events();
    canvas_.text(rows_.footer, 1, frame_.footer, kMuted, canvas_.columns() - 2);
    return canvas_.render(color_);
  }

 private:
  int columns() const { return canvas_.columns(); }

  void header() {
    const std::string time = frame_.total > Duration::zero()
                                 ? clock_text(frame_.elapsed) + " / " + clock_text(frame_.total)
                                 : clock_text(frame_.elapsed);
    const int clock_at = columns() - 1 - display_width(time);
    const int after = canvas_.text(0, 1, "Signalbox", kStrong, clock_at - 2);
    canvas_.text(0, after + 2, frame_.title, kMuted, clock_at - after - 4);
    canvas_.text(0, clock_at, time, kStrong);

    const int width = columns() - 2;
    const double part =
        frame_.total > Duration::zero()
            ? std::clamp(to_seconds(frame_.elapsed) / to_seconds(frame_.total), 0.0, 1.0)
            : 1.0;
    const int done = static_cast<int>(std::lround(part * width));
    for (int c = 0; c < width; ++c) {
      canvas_.put(1, 1 + c, c < done ? U'━' : U'─', {c < done ? Ink::kBlue : Ink::kGrey});
    }
  }

  void service() {
    canvas_.text(3, 2, frame_.service, kStrong, kFigureColumn - 3);
    const bool cost_mode = frame_.mode == core::Mode::kCostOptimized;
    const std::string_view words = cost_mode ? " COST OPTIMIZED " : " CAPACITY OPTIMIZED ";
    const int end =
        canvas_.text(3, kFigureColumn, words, {Ink::kBlack, mode_ink(frame_.mode), true});
    if (!color_) {
      canvas_.put(3, kFigureColumn, U'[');
      canvas_.put(3, end - 1, U']');
    }
    canvas_.text(3, kFigureColumn + 22, "for " + clock_text(frame_.mode_for), kMuted);
    canvas_.text_right(
        3, columns() - 1,
        fmt::format("objective {} within {}", quantile_text(frame_.objective.quantile),
                    setting_text(frame_.objective.latency)),
        kMuted);
  }

  // A figure and what it counts, at a place of its own; returns the column for the next one.
  int figure(int row, int column, std::string_view value, int width, std::string_view label,
             Style style = kStrong) {
    canvas_.text_right(row, column + width, value, style);
    return canvas_.text(row, column + width + 1, label, kMuted) + 3;
  }

  void traffic() {
    canvas_.text(4, 2, "traffic", kMuted);
    int at = figure(4, kFigureColumn, fmt::format("{:.1f}", frame_.rate_per_s), 5, "requests/s");
    at = figure(4, at, count_text(frame_.requests), 9, "in all");
    at = figure(4, at, count_text(static_cast<std::uint64_t>(std::max(0, frame_.held))), 5, "held",
                frame_.held > 0 ? Style{Ink::kYellow, Ink::kDefault, true} : kStrong);
    figure(4, at, count_text(frame_.errors), 5, "errors",
           frame_.errors > 0 ? Style{Ink::kRed, Ink::kDefault, true} : kStrong);
  }

  // A scale of one and a half objectives: solid to the median, shaded to p99, a mark at the
  // objective.
  void latency() {
    canvas_.text(5, 2, "latency", kMuted);
    const double target_s = to_seconds(frame_.objective.latency);
    const bool late = frame_.p99 > frame_.objective.latency;
    const Ink ink = late ? Ink::kRed : Ink::kGreen;
    canvas_.text(5, kFigureColumn, "p50", kMuted);
    canvas_.text_right(5, kFigureColumn + 11, latency_text(frame_.p50), kStrong);
    canvas_.text(5, kFigureColumn + 14, "p99", kMuted);
    canvas_.text_right(5, kFigureColumn + 25, latency_text(frame_.p99),
                       {late ? Ink::kRed : Ink::kDefault, Ink::kDefault, true});

    const int left = kFigureColumn + 28;
    const int width = columns() - 1 - left;
    const auto column_of = [&](double seconds) {
      const double part = std::clamp(seconds / (1.5 * target_s), 0.0, 1.0);
      return static_cast<int>(std::lround(part * (width - 1)));
    };
    const int p50 = column_of(to_seconds(frame_.p50));
    const int p99 = column_of(to_seconds(frame_.p99));
    for (int c = 0; c < width; ++c) {
      const char32_t glyph = c < p50 ? U'█' : c < p99 ? U'▒' : U'·';
      canvas_.put(5, left + c, glyph, {c < p99 ? ink : Ink::kGrey});
    }
    canvas_.put(5, left + column_of(target_s), U'┃', kStrong);
  }

  void cost() {
    canvas_.text(6, 2, "cost", kMuted);
    int at = figure(6, kFigureColumn, usd_text(frame_.cost_usd_per_hour) + "/h", 9, "now");
    at = figure(6, at, usd_text(frame_.lower_bound_usd_per_hour) + "/h", 9, "lower bound");
    at = figure(6, at, usd_text(frame_.paper_weighted_usd_per_hour) + "/h", 9, "paper weights");
    if (columns() < kWideColumns) return;
    at = figure(6, at, usd_text(frame_.spent_usd), 7, "spent");
    figure(6, at, usd_text(frame_.paper_weighted_spent_usd), 7, "paper weights");
  }

  // Where the table's columns end; names and the bar share what the figures leave.
  struct TableColumns {
    int name = 16;
    int bar_at, bar, share, ready, boot, drain, limit, price, per_1k, note;
  };

  TableColumns table_columns() const {
    TableColumns t{};
    const bool wide = columns() >= kWideColumns;
    int longest = 8;
    for (const auto& unit : frame_.units) longest = std::max(longest, display_width(unit.name));
    t.name = std::min(longest, wide ? 28 : 18);
    const int rest = columns() - 1 - (48 + t.name);
    t.bar_at = 3 + t.name + 2;
    t.bar = std::clamp(wide ? rest - 37 : rest, 4, 40);
    t.share = t.bar_at + t.bar + 6;
    t.ready = t.share + 7;
    t.boot = t.ready + 5;
    t.drain = t.boot + 6;
    t.limit = t.drain + 6;
    t.price = t.limit + 7;
    t.per_1k = t.price + 7;
    t.note = t.per_1k + 2;
    return t;
  }

  void table() {
    const TableColumns t = table_columns();
    const int head = rows_.table;
    canvas_.text(head, 3, "unit", kMuted);
    canvas_.text(head, t.bar_at, "share", kMuted);
    canvas_.text_right(head, t.ready, "ready", kMuted);
    canvas_.text_right(head, t.boot, "boot", kMuted);
    canvas_.text_right(head, t.drain, "drain", kMuted);
    canvas_.text_right(head, t.limit, "limit", kMuted);
    canvas_.text_right(head, t.price, "$/h", kMuted);
    canvas_.text_right(head, t.per_1k, "$/1k", kMuted);

    const auto all = static_cast<int>(frame_.units.size());
    const int whole = rows_.units < all ? rows_.units - 1 : all;
    for (int u = 0; u < whole; ++u) unit_row(t, head + 1 + u, static_cast<std::size_t>(u));
    if (whole >= 0 && whole < all) {
      canvas_.text(head + 1 + whole, 3, fmt::format("and {} more", all - whole), kMuted);
    }
    if (rows_.note >= 0) note_row();
  }

  void unit_row(const TableColumns& t, int row, std::size_t index) {
    const DemoUnit& unit = frame_.units[index];
    const bool limited = !unit.note.empty() || !unit.launchable;
    canvas_.put(row, 1, U'■', {unit_ink(index)});
    canvas_.text(row, 3, unit.name, {}, t.name);
    const double share = std::clamp(unit.share, 0.0, 1.0);
    canvas_.bar(row, t.bar_at, static_cast<int>(std::lround(share * 8 * t.bar)), {unit_ink(index)});
    canvas_.text_right(row, t.share, percent_text(share), kStrong);
    replicas(row, t.ready, unit.ready, {});
    replicas(row, t.boot, unit.booting, {Ink::kBlue});
    replicas(row, t.drain, unit.draining, kMuted);
    canvas_.text_right(row, t.limit, std::to_string(unit.limit),
                       {limited ? Ink::kOrange : Ink::kGrey});
    canvas_.text_right(row, t.price, fmt::format("{:.3f}", unit.price_usd_per_hour), kMuted);
    canvas_.text_right(row, t.per_1k, fmt::format("{:.3f}", unit.usd_per_1k));
    if (rows_.note < 0) {
      canvas_.text(row, t.note, unit.note, {unit.launchable ? Ink::kGrey : Ink::kOrange},
                   columns() - 1 - t.note);
    }
  }

  void replicas(int row, int end, int count, Style style) {
    canvas_.text_right(row, end, count == 0 ? "·" : std::to_string(count),
                       count == 0 ? kMuted : style);
  }

  // On narrow screens: the most pressing note, and how many more there are.
  void note_row() {
    const DemoUnit* shown = nullptr;
    int notes = 0;
    for (const auto& unit : frame_.units) {
      if (unit.note.empty()) continue;
      ++notes;
      if (shown == nullptr || (shown->launchable && !unit.launchable)) shown = &unit;
    }
    if (shown == nullptr) return;
    const std::string more = notes > 1 ? fmt::format("  (and {} more)", notes - 1) : std::string();
    const int room = columns() - 4 - display_width(more);
    const int end = canvas_.text(rows_.note, 3, shown->name + ": " + shown->note,
                                 {shown->launchable ? Ink::kGrey : Ink::kOrange}, room);
    canvas_.text(rows_.note, end, more, kMuted);
  }

  void chart() {
    const Box& box = rows_.chart;
    if (box.rows == 0) return;
    if (rows_.headings) {
      canvas_.text(box.row - 1, 1, "requests/s", kMuted);
      const int end = columns() - 1;
      const std::string_view capacity = "━ capacity optimized";
      canvas_.text_right(box.row - 1, end, capacity, {Ink::kOrange});
      canvas_.text_right(box.row - 1, end - display_width(capacity) - 3, "─ cost optimized",
                         {Ink::kGreen});
      const int labels = box.row + box.rows;
      canvas_.text(labels, 6, "0:00", kMuted);
      canvas_.text_right(labels, end, clock_text(std::max(frame_.total, frame_.elapsed)), kMuted);
    }
    draw_traffic_chart(canvas_, box, frame_, color_);
  }

  // Newest first, each in at most two rows.
  void events() {
    if (rows_.headings) canvas_.text(rows_.events - 1, 1, "events, latest first", kMuted);
    constexpr int kTextColumn = 10;
    int row = rows_.events;
    const int end = rows_.events + rows_.event_rows;
    for (auto event = frame_.events.rbegin(); event != frame_.events.rend() && row < end; ++event) {
      const Style style = event_style(event->kind);
      canvas_.text_right(row, kTextColumn - 3, clock_text(event->at), kMuted);
      canvas_.put(row, kTextColumn - 2, event_glyph(event->kind), style);
      const int width = columns() - 1 - kTextColumn;
      auto lines = wrap(event->text, width);
      if (lines.size() > 2) {
        for (std::size_t i = 2; i < lines.size(); ++i) lines[1] += " " + lines[i];
        lines.resize(2);
      }
      for (std::size_t i = 0; i < lines.size() && row < end; ++i) {
        canvas_.text(row++, kTextColumn, lines[i],
                     event->kind == DemoEventKind::kInfo ? Style{} : style, width);
      }
    }
  }

  static Style event_style(DemoEventKind kind) {
    switch (kind) {
      case DemoEventKind::kInfo:
        return kMuted;
      case DemoEventKind::kMode:
        return kStrong;
      case DemoEventKind::kLoss:
        return {Ink::kRed};
      case DemoEventKind::kHeal:
        return {Ink::kGreen};
    }
    return {};
  }

  static char32_t event_glyph(DemoEventKind kind) {
    switch (kind) {
      case DemoEventKind::kInfo:
        return U'·';
      case DemoEventKind::kMode:
        return U'◆';
      case DemoEventKind::kLoss:
        return U'▼';
      case DemoEventKind::kHeal:
        return U'▲';
    }
    return U' ';
  }

  const DemoFrame& frame_;
  Canvas canvas_;
  bool color_;
  Rows rows_;
};

}  // namespace

std::string render_screen(const DemoFrame& frame, Size size, bool color) {
  size = {std::max(1, size.columns), std::max(1, size.rows)};
  return Screen(frame, size, color).draw();
}

std::string render_line(const DemoFrame& frame) {
  std::string line = fmt::format(
      "{:>5}  {:<18}  {:>5.1f} requests/s  p50 {:>7}  p99 {:>7}  held {:>3}  errors {:>3}  {:>7}/h "
      "(paper weights {:>7}/h) ",
      clock_text(frame.elapsed), core::to_string(frame.mode), frame.rate_per_s,
      latency_text(frame.p50), latency_text(frame.p99), frame.held, frame.errors,
      usd_text(frame.cost_usd_per_hour), usd_text(frame.paper_weighted_usd_per_hour));
  for (const auto& unit : frame.units) {
    if (unit.share > 0.0)
      line += fmt::format(" {} {}", printable(unit.name), percent_text(unit.share));
  }
  return line + '\n';
}

std::string repaint(std::string_view screen) {
  // Synchronised output (mode 2026) where the terminal knows it; others ignore the request.
  std::string out = "\x1b[?2026h\x1b[H";
  for (bool first = true; first || !screen.empty(); first = false) {
    const auto end = screen.find('\n');
    if (!first) out += "\r\n";
    out += screen.substr(0, end);
    out += "\x1b[K";
    if (end == std::string_view::npos) break;
    screen.remove_prefix(end + 1);
  }
  return out + "\x1b[?2026l";
}

}  // namespace signalbox::observe
