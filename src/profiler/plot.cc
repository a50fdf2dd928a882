// SPDX-License-Identifier: Apache-2.0
//
// Panels above one another that share the axis of offered rates; see plot.h.
#include "profiler/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "observe/figures.h"
#include "profiler/plot_axis.h"

namespace signalbox::profiler {

namespace {

constexpr double kWidth = 1000.0, kLeft = 76.0, kRight = 790.0;
constexpr double kFirstPanel = 178.0, kBetweenPanels = 58.0, kBelowPanels = 108.0;
constexpr double kLatencyHeight = 250.0, kThroughputHeight = 180.0;
constexpr double kLabelGap = 18.0, kSmall = 12.0, kPlain = 13.0;

// One line and its points, in one panel.
struct Series {
  std::string name;
  Ink ink;
  std::vector<Spot> line;       // values; empty = the points are joined instead
  std::vector<Spot> low, high;  // of the band around the line, as long as it or empty
  struct Point {
    Spot value;
    std::optional<std::pair<double, double>> interval;
    bool unbounded;  // the interval has no upper end: too few requests
    bool hollow;
    bool overload;  // its times say how long it lasted, and nothing else
    std::string note;
  };
  std::vector<Point> points;
};

class Plot {
 public:
  explicit Plot(const UnitProfile& profile) : profile_(profile) {
    x_ = axis_to(widest_rate(), 8, kLeft, kRight);
  }

  Drawing draw() {
    head();
    marks();
    times_panel(
        "Latency, seconds", [](const LoadPoint& point) { return &point.latency; },
        profile_.objective.latency, true);
    if (has(&LoadPoint::first_token)) {
      times_panel(
          "Time to first token, seconds",
          [](const LoadPoint& p) { return p.first_token ? &*p.first_token : nullptr; },
          profile_.objective.first_token, false);
    }
    if (has(&LoadPoint::per_token)) {
      times_panel(
          "Time per further token, seconds",
          [](const LoadPoint& p) { return p.per_token ? &*p.per_token : nullptr; },
          profile_.objective.per_token, false);
    }
    throughput_panel();
    foot();
    return std::move(drawing_);
  }

 private:
  using Pick = std::function<const Times*(const LoadPoint&)>;

  template <class Member>
  bool has(Member member) const {
    return std::any_of(profile_.points.begin(), profile_.points.end(),
                       [&](const LoadPoint& point) { return (point.*member).has_value(); });
  }

  // Somewhat beyond the plateau, and as far as was measured while that is near.
  double widest_rate() const {
    const double plateau = profile_.plateau_per_s.value;
    double most = 1.15 * plateau;
    for (const LoadPoint& point : profile_.points) {
      const double rate = 1.05 * point.offered_per_s;
      if (plateau <= 0.0 || rate <= 1.5 * plateau) most = std::max(most, rate);
    }
    most = std::max(most, profile_.breaking_per_s.high * 1.05);
    return most > 0.0 && std::isfinite(most) ? most : 1.0;
  }

  bool in_scale(const LoadPoint& point) const { return point.offered_per_s <= x_.to; }

  template <class Kind>
  void put(Kind shape) {
    drawing_.shapes.emplace_back(std::in_place_type<Kind>, std::move(shape));
  }
  void say(double x, double y, std::string text, Ink ink, double size = kPlain, bool bold = false,
           Anchor anchor = Anchor::kStart) {
    put(Words{{x, y}, std::move(text), ink, size, bold, anchor});
  }

  std::string objective_text() const {
    const core::Objective& objective = profile_.objective;
    std::string text = fmt::format("{} within {}", observe::quantile_text(objective.quantile),
                                   observe::setting_text(objective.latency));
    if (objective.first_token > Duration::zero()) {
      text += ", first token within " + observe::setting_text(objective.first_token);
    }
    if (objective.per_token > Duration::zero()) {
      text += ", further ones each within " + observe::setting_text(objective.per_token);
    }
    return text;
  }

  void head() {
    std::string what = profile_.name;
    for (const std::string* part : {&profile_.model, &profile_.hardware, &profile_.framework}) {
      if (!part->empty()) what += (what == profile_.name ? ":  " : ", ") + *part;
    }
    drawing_.title = "Profile of " + profile_.name;
    drawing_.description = fmt::format(
        "Latency and throughput against offered rate. Plateau {}, breaking point {}.",
        rate_text(profile_.plateau_per_s.value), rate_text(profile_.breaking_per_s.value));
    say(28.0, 36.0, what, Ink::kText, 18.0, true);
    say(28.0, 60.0, "Objective: " + objective_text(), Ink::kSoft);
    std::string line;
    if (profile_.price_usd_per_hour > 0.0) {
      line = fmt::format("${:g} per hour", profile_.price_usd_per_hour);
      if (profile_.usd_per_1000 > 0.0) {
        line += fmt::format(", {} per 1000 at the breaking point",
                            usd_per_1000_text(profile_.usd_per_1000));
      }
      line += "   |   ";
    }
    if (!profile_.kind.empty()) line += profile_.kind + "   |   ";
    line += fmt::format("{} requests in {}",
                        observe::count_text(static_cast<std::uint64_t>(profile_.requests)),
                        observe::duration_text(profile_.took));
    if (!profile_.address.empty()) line += ", to " + profile_.address;
    say(28.0, 80.0, line, Ink::kSoft);
  }

  // A name above the panels, on whichever side of its line there is room.
  void name_mark(double y, double x, std::string text, Ink ink) {
    Words words{{x, y}, std::move(text), ink, kPlain, true, Anchor::kEnd};
    const double width = width_of(words);
    if (x - width < kLeft) words.anchor = x + width < kWidth ? Anchor::kStart : Anchor::kMiddle;
    put(words);
  }

  static std::string with_interval(std::string_view what, const Bounded& figure) {
    std::string text = fmt::format("{} {}", what, rate_text(figure.value));
    if (figure.high > figure.low) {
      std::string low = rate_text(figure.low), high = rate_text(figure.high);
      low.resize(low.size() - 2);
      high.resize(high.size() - 2);
      text += fmt::format(" ({} to {})", low, high);
    }
    return text;
  }

  void marks() {
    if (profile_.plateau_per_s.value > 0.0) {
      name_mark(kFirstPanel - 56.0, x_.clamped(profile_.plateau_per_s.value),
                with_interval("plateau", profile_.plateau_per_s), Ink::kSoft);
    }
    if (profile_.breaking_per_s.value > 0.0) {
      std::string text = with_interval("breaking point", profile_.breaking_per_s);
      if (!profile_.breaking_by.empty()) text += ", limited by " + profile_.breaking_by;
      name_mark(kFirstPanel - 38.0, x_.clamped(profile_.breaking_per_s.value), std::move(text),
                Ink::kGreen);
    } else if (!profile_.points.empty()) {
      say(kLeft, kFirstPanel - 38.0,
          fmt::format("No rate holds the objective: alone, a request takes {}",
                      observe::duration_text(from_seconds(profile_.unloaded_latency_s.value))),
          Ink::kGreen, kPlain, true);
    }
  }

  // The frame of a panel: its name, grid, axis of rates, and the two rates that matter.
  Axis frame(const std::string& name, double height, double most, bool round) {
    const double top = next_top_, bottom = top + height;
    next_top_ = bottom + kBetweenPanels;
    bottom_ = bottom;
    Axis y = round ? axis_to_round(most, 5, bottom, top) : axis_to(most, 5, bottom, top);
    for (const double mark : y.marks()) {
      put(Path{{{kLeft, y.at(mark)}, {kRight, y.at(mark)}}, mark == 0.0 ? Ink::kAxis : Ink::kGrid});
      say(kLeft - 10.0, y.at(mark) + 4.5, y.text(mark), Ink::kSoft, kSmall, false, Anchor::kEnd);
    }
    for (const double mark : x_.marks()) {
      put(Path{{{x_.at(mark), bottom}, {x_.at(mark), bottom + 5.0}}, Ink::kAxis});
      say(x_.at(mark), bottom + 20.0, x_.text(mark), Ink::kSoft, kSmall, false, Anchor::kMiddle);
    }
    const Words title{{kLeft, top - 10.0}, name, Ink::kText, kPlain, true, Anchor::kStart};
    exits_end_ = kLeft + width_of(title);
    put(title);
    upright(profile_.plateau_per_s, Ink::kSoft, Dash::kDots, top, bottom);
    upright(profile_.breaking_per_s, Ink::kGreen, Dash::kNone, top, bottom);
    return y;
  }

  // A rate with its interval, from the top of a panel to its bottom.
  void upright(const Bounded& rate, Ink ink, Dash dash, double top, double bottom) {
    if (rate.value <= 0.0) return;
    if (rate.high > rate.low) {
      put(Area{rectangle(x_.clamped(rate.low), top, x_.clamped(rate.high), bottom), ink, 0.10});
    }
    const double x = x_.clamped(rate.value);
    put(Path{{{x, top}, {x, bottom}}, ink, dash == Dash::kNone ? 1.6 : 1.8, dash});
  }

  // Mean, median and the objective's quantile of one kind of time, line by line.
  std::vector<Series> series_of(const Pick& pick, bool predicted) const {
    const double quantile = profile_.objective.quantile;
    Series mean{"mean", Ink::kBlue, {}, {}, {}, {}};
    Series median{"median", Ink::kPurple, {}, {}, {}, {}};
    Series tail{observe::quantile_text(quantile), Ink::kOrange, {}, {}, {}, {}};
    for (const LoadPoint& load : profile_.points) {
      const Times* times = pick(load);
      if (times == nullptr || !in_scale(load) || load.requests == 0) continue;
      const auto add = [&](Series& series, Duration time, bool interval) {
        Series::Point point{
            {load.offered_per_s, to_seconds(time)}, {}, false, !load.held, load.broken_off, {}};
        if (interval && times->at_quantile > Duration::zero()) {
          point.interval = {to_seconds(times->at_quantile_low),
                            to_seconds(times->at_quantile_high)};
          point.unbounded = is_unbounded(load.requests - load.errors, quantile);
        }
        point.note = fmt::format("{}: {} at {}, {} requests{}", series.name,
                                 observe::duration_text(time), rate_text(load.offered_per_s),
                                 load.requests, load.held ? "" : ", objective missed");
        series.points.push_back(std::move(point));
      };
      add(median, times->p50, false);
      add(mean, times->mean, false);
      add(tail, times->at_quantile, true);
    }
    if (predicted) {
      for (const Prediction& at : profile_.predicted) {
        if (at.offered_per_s > x_.to) break;
        mean.line.push_back({at.offered_per_s, to_seconds(at.mean)});
        tail.line.push_back({at.offered_per_s, to_seconds(at.at_quantile)});
        tail.low.push_back({at.offered_per_s, to_seconds(at.at_quantile_low)});
        tail.high.push_back({at.offered_per_s, to_seconds(at.at_quantile_high)});
      }
    }
    return {std::move(tail), std::move(median), std::move(mean)};
  }

  // All of so many times lie below their own quantile with probability q^n: where that is not
  // improbable, nothing bounds the quantile from above. Order statistics, as H. A. David and
  // H. N. Nagaraja, "Order Statistics", 7.1.
  static bool is_unbounded(int requests, double quantile) {
    return std::pow(quantile, std::max(requests, 0)) > 0.025;
  }

  // As high as what held, the objective and the times alone need; what overload did goes beyond.
  double highest_time(const Pick& pick, Duration owed) const {
    double held = 0.0, any = 0.0;
    for (const LoadPoint& load : profile_.points) {
      const Times* times = pick(load);
      if (times == nullptr || !in_scale(load)) continue;
      const double high = to_seconds(std::max(times->at_quantile, times->at_quantile_high));
      any = std::max(any, high);
      if (load.held) held = std::max(held, high);
    }
    double most = held > 0.0 ? 1.5 * held : 1.1 * any;
    const double objective = to_seconds(owed);
    if (objective > 0.0 && (most <= 0.0 || objective < 3.0 * most)) {
      most = std::max(most, 1.4 * objective);
    }
    return most > 0.0 && std::isfinite(most) ? most : 1.0;
  }

  void times_panel(const std::string& name, const Pick& pick, Duration owed, bool predicted) {
    const Axis y = frame(name, kLatencyHeight, highest_time(pick, owed), true);
    const std::vector<Series> all = series_of(pick, predicted);
    std::vector<Label> labels;
    owed_line(y, owed, labels);
    for (const Series& series : all) lines_of(series, y, labels);
    for (const Series& series : all) points_of(series, y);
    write_beside(std::move(labels), y);
  }

  void owed_line(const Axis& y, Duration owed, std::vector<Label>& labels) {
    const double objective = to_seconds(owed);
    if (objective <= 0.0) return;
    const std::string text = "objective " + observe::setting_text(owed);
    if (objective > y.to) {
      labels.push_back({y.end - 14.0, text + " (above)", Ink::kText});
      return;
    }
    put(Path{
        {{kLeft, y.at(objective)}, {kRight, y.at(objective)}}, Ink::kText, 1.4, Dash::kDashes});
    labels.push_back({y.at(objective), text, Ink::kText});
  }

  void lines_of(const Series& series, const Axis& y, std::vector<Label>& labels) {
    std::vector<Spot> values = series.line;
    const bool fitted = !values.empty();
    if (!fitted) {
      for (const auto& point : series.points) {
        if (!point.overload && (profile_.predicted.empty() || point.value.y <= y.to)) {
          values.push_back(point.value);
        }
      }
    }
    if (values.empty()) return;
    if (!series.low.empty()) {
      std::vector<Spot> outline;
      for (const Spot& spot : series.low) outline.push_back(placed(spot, y));
      for (auto spot = series.high.rbegin(); spot != series.high.rend(); ++spot) {
        outline.push_back(placed(*spot, y));
      }
      put(Area{std::move(outline), series.ink, 0.15});
    }
    std::vector<Spot> spots;
    for (const Spot& spot : cut_above(values, y.to)) spots.push_back(placed(spot, y));
    const bool leaves = !values.empty() && values.back().y > y.to && spots.size() > 1;
    if (leaves) {
      name_exit(spots.back().x, y.end, series);
    } else {
      labels.push_back({spots.empty() ? y.end : spots.back().y, series.name, series.ink});
    }
    const bool joined = fitted || profile_.predicted.empty();
    if (joined && spots.size() > 1) put(Path{std::move(spots), series.ink, fitted ? 2.4 : 1.2});
  }

  // A line that leaves through the upper edge is named there, to the right of those before it.
  void name_exit(double x, double top, const Series& series) {
    Words words{{x, top - 10.0}, series.name, series.ink, kPlain, true, Anchor::kMiddle};
    const double half = 0.5 * width_of(words);
    words.at.x = std::max(x, exits_end_ + half + 10.0);
    exits_end_ = words.at.x + half;
    put(words);
  }

  void points_of(const Series& series, const Axis& y) {
    for (const auto& point : series.points) {
      const double x = x_.at(point.value.x);
      if (point.interval && point.unbounded && point.value.y < y.to) {
        put(Path{{{x, y.at(point.value.y)}, {x, y.end}}, series.ink, 1.4, Dash::kDots});
        unbounded_ = true;
      }
      if (point.interval && point.interval->first < y.to) {
        put(Path{{{x, y.clamped(point.interval->first)}, {x, y.clamped(point.interval->second)}},
                 series.ink,
                 1.6});
      }
      if (point.value.y > y.to) {
        put(Area{{{x - 5.0, y.end + 9.0}, {x + 5.0, y.end + 9.0}, {x, y.end}}, series.ink, 1.0});
        beyond_ = true;
      } else {
        put(Disc{placed(point.value, y), 4.5, series.ink, point.hollow, point.note});
        missed_ = missed_ || point.hollow;
      }
    }
  }

  void throughput_panel() {
    const Axis y = frame("Answers per second", kThroughputHeight, x_.to, false);
    const double plateau = profile_.plateau_per_s.value;
    std::vector<Label> labels;
    put(Path{
        {{x_.at(0.0), y.at(0.0)}, {x_.at(x_.to), y.at(y.to)}}, Ink::kAxis, 1.4, Dash::kDashes});
    labels.push_back({y.at(y.to), "all that is asked", Ink::kSoft, false});
    if (plateau > 0.0) {
      const Bounded& rate = profile_.plateau_per_s;
      if (rate.high > rate.low) {
        put(Area{rectangle(x_.at(std::min(rate.low, x_.to)), y.clamped(rate.high), kRight,
                           y.clamped(rate.low)),
                 Ink::kBlue, 0.15});
      }
      put(Path{{{x_.at(0.0), y.at(0.0)},
                {x_.clamped(plateau), y.clamped(plateau)},
                {kRight, y.clamped(plateau)}},
               Ink::kBlue,
               2.4});
      labels.push_back({y.clamped(plateau), "plateau " + rate_text(plateau), Ink::kBlue});
    }
    for (const LoadPoint& load : profile_.points) {
      if (!in_scale(load)) continue;
      answered_interval(load, y);
      put(Disc{{x_.at(load.offered_per_s), y.clamped(load.achieved_per_s)},
               4.5,
               Ink::kBlue,
               !load.held,
               fmt::format("{} of {} answered", rate_text(load.achieved_per_s),
                           rate_text(load.offered_per_s))});
    }
    write_beside(std::move(labels), y);
  }

  // Poisson arrivals: so many in one stage are as many in another give or take twice their root.
  void answered_interval(const LoadPoint& load, const Axis& y) {
    const int answered = load.requests - load.errors;
    if (answered < 1) return;
    const double off = load.achieved_per_s * 1.96 / std::sqrt(static_cast<double>(answered));
    const double x = x_.at(load.offered_per_s);
    put(Path{{{x, y.clamped(load.achieved_per_s - off)}, {x, y.clamped(load.achieved_per_s + off)}},
             Ink::kBlue,
             1.6});
  }

  void write_beside(std::vector<Label> labels, const Axis& y) {
    spread(labels, kLabelGap, y.end, y.start);
    for (Label& label : labels) {
      say(kRight + 12.0, label.y + 4.5, std::move(label.text), label.ink, kPlain, label.bold);
    }
  }

  void foot() {
    say(0.5 * (kLeft + kRight), bottom_ + 40.0, "requests offered per second", Ink::kText, kPlain,
        true, Anchor::kMiddle);
    std::string text = "Points were measured, lines are fitted; bars and bands are 95 % intervals.";
    if (profile_.predicted.empty()) text = "Points were measured; bars are 95 % intervals.";
    if (profile_.points.empty()) text = "No load was measured.";
    text += " Latency counts from the moment a request was due.";
    std::string marks;
    if (missed_) marks += "Hollow: the objective was missed. ";
    if (unbounded_) marks += "Dotted upwards: of too few requests to bound it. ";
    if (beyond_) marks += "Triangles: beyond the scale. ";
    const auto beyond_rates =
        std::count_if(profile_.points.begin(), profile_.points.end(),
                      [&](const LoadPoint& point) { return !in_scale(point); });
    if (beyond_rates > 0) marks += fmt::format("Not shown: {} of higher load.", beyond_rates);
    say(kLeft, bottom_ + 64.0, text, Ink::kSoft, kSmall);
    if (!marks.empty()) say(kLeft, bottom_ + 82.0, marks, Ink::kSoft, kSmall);
    drawing_.width = kWidth;
    drawing_.height = bottom_ + kBelowPanels + 8.0;
  }

  Spot placed(const Spot& value, const Axis& y) const {
    return {x_.clamped(value.x), y.clamped(value.y)};
  }

  const UnitProfile& profile_;
  Axis x_;
  Drawing drawing_;
  double next_top_ = kFirstPanel, bottom_ = 0.0;
  double exits_end_ = 0.0;  // how far the names above the panel reach
  bool beyond_ = false, missed_ = false, unbounded_ = false;
};

}  // namespace

Drawing plot_of(const UnitProfile& profile) { return Plot(profile).draw(); }

}  // namespace signalbox::profiler
