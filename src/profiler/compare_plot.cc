// SPDX-License-Identifier: Apache-2.0
//
// Three panels of rows; see compare_plot.h.
#include "profiler/compare_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/assert.h"
#include "observe/figures.h"
#include "profiler/plot_axis.h"

namespace signalbox::profiler {

namespace {

constexpr double kMargin = 28.0, kTop = 116.0, kRow = 46.0;
constexpr double kPanel = 210.0, kBetween = 96.0;  // room for the figure at a panel's right end
constexpr double kPlain = 13.0, kSmall = 12.0;
constexpr double kMostNames = 300.0;

class ComparePlot {
 public:
  explicit ComparePlot(const UnitComparison& comparison) : comparison_(comparison) {
    double widest = 80.0;
    for (const ComparedUnit& unit : comparison.units) {
      widest = std::max({widest, width_of({{}, unit.name, Ink::kText, kPlain, true}),
                         width_of({{}, facts_of(unit), Ink::kSoft, kSmall})});
    }
    left_ = kMargin + std::min(widest, kMostNames) + 24.0;
    bottom_ = kTop + kRow * static_cast<double>(comparison.units.size());
  }

  Drawing draw() {
    drawing_.title = "Units compared";
    drawing_.description =
        fmt::format("{} units by latency, throughput and cost", comparison_.units.size());
    say({kMargin, 36.0}, "Units compared", Ink::kText, 18.0, true);
    say({kMargin, 60.0}, "One replica of each, as measured; the cheapest request first",
        Ink::kSoft);
    for (std::size_t i = 0; i < comparison_.units.size(); ++i) name_row(i);
    latency_panel(left_);
    throughput_panel(left_ + kPanel + kBetween);
    cost_panel(left_ + 2.0 * (kPanel + kBetween));
    say({kMargin, bottom_ + 48.0},
        "Shades behind the marks are 95 % intervals. Cost is that of a replica kept at its "
        "breaking "
        "point.",
        Ink::kSoft, kSmall);
    drawing_.width = left_ + 3.0 * kPanel + 2.0 * kBetween + 104.0;
    drawing_.height = bottom_ + 68.0;
    return std::move(drawing_);
  }

 private:
  template <class Kind>
  void put(Kind shape) {
    drawing_.shapes.emplace_back(std::in_place_type<Kind>, std::move(shape));
  }
  void say(Spot at, std::string text, Ink ink, double size = kPlain, bool bold = false,
           Anchor anchor = Anchor::kStart) {
    put(Words{at, std::move(text), ink, size, bold, anchor});
  }
  double middle(std::size_t row) const { return kTop + kRow * (static_cast<double>(row) + 0.5); }

  static std::string facts_of(const ComparedUnit& unit) {
    std::string what = unit.hardware;
    if (!unit.framework.empty()) what += (what.empty() ? "" : ", ") + unit.framework;
    if (unit.price_usd_per_hour > 0.0) {
      what += fmt::format("{}${:g}/h", what.empty() ? "" : ", ", unit.price_usd_per_hour);
    }
    return what;
  }

  void name_row(std::size_t row) {
    const ComparedUnit& unit = comparison_.units[row];
    say({kMargin, middle(row) - 2.0}, unit.name, Ink::kText, kPlain, true);
    say({kMargin, middle(row) + 15.0}, facts_of(unit), Ink::kSoft, kSmall);
  }

  template <class Figure>
  double highest(Figure figure) const {
    double most = 0.0;
    for (const ComparedUnit& unit : comparison_.units) {
      most = std::max({most, figure(unit).value, figure(unit).high});
    }
    return most > 0.0 ? most : 1.0;
  }

  Axis frame(double left, std::string name, double most) {
    const Axis axis = axis_to_round(most, 4, left, left + kPanel);
    say({left, kTop - 22.0}, std::move(name), Ink::kText, kPlain, true);
    for (const double mark : axis.marks()) {
      const double x = axis.at(mark);
      put(Path{{{x, kTop - 8.0}, {x, bottom_}}, mark == 0.0 ? Ink::kAxis : Ink::kGrid});
      say({x, bottom_ + 18.0}, axis.text(mark), Ink::kSoft, kSmall, false, Anchor::kMiddle);
    }
    return axis;
  }

  void interval(const Axis& axis, const Bounded& figure, double y, Ink ink) {
    if (figure.high <= figure.low) return;
    put(Area{rectangle(axis.clamped(figure.low), y - 9.0, axis.clamped(figure.high), y + 9.0), ink,
             0.25});
  }

  void latency_panel(double left) {
    const auto figure = [](const ComparedUnit& unit) { return unit.unloaded_latency_s; };
    const Axis axis = frame(left, "Latency alone, seconds", highest(figure));
    for (std::size_t row = 0; row < comparison_.units.size(); ++row) {
      const Bounded found = figure(comparison_.units[row]);
      const double y = middle(row), x = axis.clamped(found.value);
      put(Path{{{axis.start, y}, {x, y}}, Ink::kBlue, 1.2});
      interval(axis, found, y, Ink::kBlue);
      put(Disc{{x, y}, 5.0, Ink::kBlue});
      say({std::max(x, axis.clamped(found.high)) + 10.0, y + 4.5},
          observe::duration_text(from_seconds(found.value)), Ink::kBlue, kPlain, true);
    }
  }

  // Filled: the breaking point; hollow: the plateau behind it.
  void throughput_panel(double left) {
    const Axis axis = frame(left, "Requests per minute (hollow: plateau)",
                            highest([](const ComparedUnit& unit) { return unit.plateau_per_min; }));
    for (std::size_t row = 0; row < comparison_.units.size(); ++row) {
      const ComparedUnit& unit = comparison_.units[row];
      const double y = middle(row);
      const double plateau = axis.clamped(unit.plateau_per_min.value);
      const double breaking = axis.clamped(unit.breaking_per_min.value);
      put(Path{{{axis.start, y}, {plateau, y}}, Ink::kGreen, 1.2});
      interval(axis, unit.plateau_per_min, y, Ink::kGreen);
      put(Disc{{plateau, y}, 5.0, Ink::kGreen, true});
      std::string text = "never holds";
      if (unit.breaking_per_min.value > 0.0) {
        interval(axis, unit.breaking_per_min, y, Ink::kGreen);
        put(Disc{{breaking, y}, 5.0, Ink::kGreen});
        text = fmt::format("{:.{}f} of {:.{}f}", unit.breaking_per_min.value,
                           unit.breaking_per_min.value < 10.0 ? 1 : 0, unit.plateau_per_min.value,
                           unit.plateau_per_min.value < 10.0 ? 1 : 0);
      }
      say({std::max(plateau, axis.clamped(unit.plateau_per_min.high)) + 10.0, y + 4.5},
          std::move(text), Ink::kGreen, kPlain, true);
    }
  }

  void cost_panel(double left) {
    const auto figure = [](const ComparedUnit& unit) { return unit.usd_per_1000; };
    const Axis axis = frame(left, "US dollars per 1000 requests", highest(figure));
    for (std::size_t row = 0; row < comparison_.units.size(); ++row) {
      const Bounded found = figure(comparison_.units[row]);
      const double y = middle(row), x = axis.clamped(found.value);
      if (found.value <= 0.0) {
        say({axis.start + 10.0, y + 4.5}, "no cost", Ink::kSoft);
        continue;
      }
      put(Path{{{axis.start, y}, {x, y}}, Ink::kOrange, 1.2});
      interval(axis, found, y, Ink::kOrange);
      put(Disc{{x, y}, 5.0, Ink::kOrange});
      say({std::max(x, axis.clamped(found.high)) + 10.0, y + 4.5}, usd_per_1000_text(found.value),
          Ink::kOrange, kPlain, true);
    }
  }

  const UnitComparison& comparison_;
  Drawing drawing_;
  double left_ = 0.0, bottom_ = 0.0;
};

}  // namespace

Drawing compare_plot(const UnitComparison& comparison) {
  SIGNALBOX_ASSERT(!comparison.units.empty());
  return ComparePlot(comparison).draw();
}

}  // namespace signalbox::profiler
