// SPDX-License-Identifier: Apache-2.0
//
// Three significant figures nearly everywhere: more would pretend, fewer would hide.
#include "observe/figures.h"

#include <fmt/format.h>

#include <cmath>

namespace signalbox::observe {

std::string count_text(std::uint64_t n) {
  std::string digits = std::to_string(n);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string duration_text(Duration d) {
  const double ms = to_millis(d);
  const double s = to_seconds(d);
  if (d < Duration::zero()) return "-" + duration_text(-d);
  if (d == Duration::zero()) return "0 ms";
  if (ms < 9.95) return fmt::format("{:.1f} ms", ms);
  if (ms < 999.5) return fmt::format("{:.0f} ms", ms);
  if (s < 9.995) return fmt::format("{:.2f} s", s);
  if (s < 119.95) return fmt::format("{:.1f} s", s);
  const auto whole = static_cast<std::int64_t>(std::llround(s));
  const bool in_minutes = whole < 7200;
  const auto major = whole / (in_minutes ? 60 : 3600);
  const auto minor = in_minutes ? whole % 60 : whole % 3600 / 60;
  const std::string text = fmt::format("{} {}", major, in_minutes ? "min" : "h");
  return minor == 0 ? text : text + fmt::format(" {} {}", minor, in_minutes ? "s" : "min");
}

std::string setting_text(Duration d) {
  if (d < 1s) return fmt::format("{:.6g} ms", to_millis(d));
  if (d >= 120s && d % 60s == Duration::zero()) return fmt::format("{} min", d / 60s);
  return fmt::format("{:.6g} s", to_seconds(d));
}

std::string clock_text(Duration since_start) {
  const auto s = since_start / 1s;
  if (s < 3600) return fmt::format("{}:{:02}", s / 60, s % 60);
  return fmt::format("{}:{:02}:{:02}", s / 3600, s % 3600 / 60, s % 60);
}

std::string usd_text(double usd) {
  if (!std::isfinite(usd)) return "-";
  if (usd < 0) return "-" + usd_text(-usd);
  if (usd < 0.9995) return fmt::format("${:.3f}", usd);
  if (usd < 999.995) return fmt::format("${:.2f}", usd);
  return "$" + count_text(static_cast<std::uint64_t>(std::llround(usd)));
}

std::string percent_text(double ratio) {
  if (!std::isfinite(ratio)) return "-";
  const double percent = 100.0 * ratio;
  const double size = std::abs(percent);
  return size >= 0.05 && size < 0.95 ? fmt::format("{:.1f} %", percent)
                                     : fmt::format("{:.0f} %", size < 0.5 ? 0.0 : percent);
}

std::string probability_text(double probability) {
  if (!std::isfinite(probability)) return "-";
  if (probability >= 1.0) return "100 %";
  if (probability <= 0.0) return "0 %";
  if (probability < 0.001) return "<0.1 %";
  // The nudge keeps 0.99, stored as 0.98999..., at 99.0.
  return fmt::format("{:.1f} %", std::floor(probability * 1000.0 + 1e-9) / 10.0);
}

std::string quantile_text(double quantile) { return fmt::format("{:.6g} %", 100.0 * quantile); }

std::string times_text(double part, double whole) {
  if (!(whole > 0.0) || !std::isfinite(part)) return "-";
  return fmt::format("{:.2f}x", part / whole);
}

}  // namespace signalbox::observe
