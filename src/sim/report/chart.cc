// SPDX-License-Identifier: Apache-2.0
//
// Numbers are written with four significant digits: finer than a pixel, and a page of many plots
// stays small.
#include "sim/report/chart.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "observe/json_text.h"
#include "observe/unicode.h"

namespace signalbox::sim {

namespace {

void append_number(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
  } else {
    fmt::format_to(std::back_inserter(out), "{:.4g}", value);
  }
}

void append_key(std::string& out, std::string_view key) {
  out += out.back() == '{' ? "\"" : ",\"";
  out += key;
  out += "\":";
}
void append_text(std::string& out, std::string_view key, std::string_view text) {
  append_key(out, key);
  observe::append_json_string(out, text);
}
void append_number(std::string& out, std::string_view key, double value) {
  append_key(out, key);
  append_number(out, value);
}
// Times keep all their digits: ticks are computed from them.
void append_hours(std::string& out, std::string_view key, Duration time) {
  append_key(out, key);
  fmt::format_to(std::back_inserter(out), "{}", to_seconds(time) / 3600.0);
}
void append_flag(std::string& out, std::string_view key, bool flag) {
  append_key(out, key);
  out += flag ? "true" : "false";
}

// "key":[item,item], each item appended by `append`.
template <class Items, class Append>
void append_list(std::string& out, std::string_view key, const Items& items, Append append) {
  append_key(out, key);
  out += '[';
  bool first = true;
  for (const auto& item : items) {
    if (!first) out += ',';
    first = false;
    append(item);
  }
  out += ']';
}

const char* name_of(Quantity quantity) {
  switch (quantity) {
    case Quantity::kShare:
      return "share";
    case Quantity::kCount:
      return "count";
    case Quantity::kUsdPerHour:
      return "usd_per_hour";
    case Quantity::kSeconds:
      return "seconds";
    case Quantity::kPerSecond:
      return "per_second";
  }
  return "count";
}

const char* name_of(Series::Look look) {
  switch (look) {
    case Series::Look::kLine:
      return "line";
    case Series::Look::kDashed:
      return "dashed";
    case Series::Look::kFaint:
      return "faint";
    case Series::Look::kArea:
      return "area";
  }
  return "line";
}

std::string list_of(const std::vector<std::string>& items) {
  std::string out = "[";
  for (const auto& item : items) {
    if (out.size() > 1) out += ",\n";
    out += item;
  }
  return out + "]";
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : observe::printable(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

ChartSheet::PlotTimeId ChartSheet::add(const PlotTime& time) {
  std::string out = "{";
  append_hours(out, "first", time.first);
  append_hours(out, "step", time.step);
  append_key(out, "points");
  out += std::to_string(time.points);
  append_hours(out, "clock", time.axis.clock_at_start.value_or(Duration::zero()));
  append_flag(out, "has_clock", time.axis.clock_at_start.has_value());
  append_list(out, "happenings", time.happenings, [&](const Happening& happening) {
    out += '{';
    append_hours(out, "from", happening.when.from);
    append_hours(out, "to", happening.when.to);
    append_text(out, "text", happening.text);
    out += '}';
  });
  append_list(out, "capacity_mode", time.capacity_mode, [&](const TimeWindow& window) {
    out += '{';
    append_hours(out, "from", window.from);
    append_hours(out, "to", window.to);
    out += '}';
  });
  times_.push_back(out + "}");
  return times_.size() - 1;
}

std::string ChartSheet::add(const Chart& chart, PlotTimeId time) {
  std::string out = "{";
  append_text(out, "title", chart.title);
  append_text(out, "quantity", name_of(chart.quantity));
  append_flag(out, "stacked", chart.stacked);
  append_key(out, "time");
  out += std::to_string(time);
  append_list(out, "series", chart.series, [&](const Series& series) {
    out += '{';
    append_text(out, "label", series.label);
    append_text(out, "color", series.color);
    append_text(out, "look", name_of(series.look));
    append_list(out, "y", series.y, [&](double y) { append_number(out, y); });
    out += '}';
  });
  append_list(out, "thresholds", chart.thresholds, [&](const Threshold& threshold) {
    out += '{';
    append_number(out, "value", threshold.value);
    append_text(out, "label", threshold.label);
    out += '}';
  });
  const std::string html = figure("plot", chart.title, chart.caption, chart.description);
  charts_.push_back(out + "}");
  return html;
}

std::string ChartSheet::add(const FrontierChart& chart) {
  std::string out = "{";
  append_text(out, "title", chart.title);
  append_text(out, "quantity", "frontier");
  append_text(out, "cost_label", chart.cost_label);
  append_number(out, "target_miss_share", chart.target_miss_share);
  append_flag(out, "has_bound", chart.has_bound);
  append_list(out, "points", chart.points, [&](const FrontierPoint& point) {
    out += '{';
    append_text(out, "policy", point.policy);
    append_number(out, "miss", point.miss_share);
    append_number(out, "miss_low", point.miss_share_low);
    append_number(out, "miss_high", point.miss_share_high);
    append_number(out, "cost", point.cost);
    append_number(out, "cost_low", point.cost_low);
    append_number(out, "cost_high", point.cost_high);
    append_flag(out, "highlighted", point.highlighted);
    out += '}';
  });
  const std::string html = figure("frontier", chart.title, chart.caption, chart.description);
  charts_.push_back(out + "}");
  return html;
}

std::string ChartSheet::figure(std::string_view kind, const std::string& title,
                               const std::string& caption, const std::string& description) const {
  const std::string words = escape_html(title + ". " + description);
  return fmt::format(
      "<figure class=\"{}\">\n"
      "<figcaption><h4>{}</h4><p>{}</p></figcaption>\n"
      "<div class=\"legend\"></div>\n"
      "<div class=\"canvas\"><canvas data-chart=\"{}\" role=\"img\" aria-label=\"{}\">{}</canvas>"
      "</div>\n"
      "<details class=\"numbers\"><summary>Numbers</summary>\n"
      "<p>{}</p><div class=\"scroll\"></div></details>\n"
      "</figure>\n",
      kind, escape_html(title), escape_html(caption), charts_.size(), words, words,
      escape_html(description));
}

std::string ChartSheet::json() const {
  return "{\"times\":" + list_of(times_) + ",\n\"charts\":" + list_of(charts_) + "}";
}

}  // namespace signalbox::sim
