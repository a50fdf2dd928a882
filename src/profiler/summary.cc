// SPDX-License-Identifier: Apache-2.0
//
// What people ask first comes first: how much may be sent to it; see summary.h.
#include "profiler/summary.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cmath>

namespace signalbox::profiler {

namespace {

std::string time_text(double seconds) {
  if (seconds < 0.01) return fmt::format("{:.2f} ms", 1e3 * seconds);
  if (seconds < 1.0) return fmt::format("{:.0f} ms", 1e3 * seconds);
  return fmt::format("{:.2f} s", seconds);
}

std::string time_text(Duration time) { return time_text(to_seconds(time)); }

// "0.964 +- 2.1 %"
std::string sure(const Bounded& figure) {
  const double half = 0.5 * (figure.high - figure.low);
  const double percent = figure.value > 0.0 ? 100.0 * half / figure.value : 0.0;
  return fmt::format("{:.4g} +- {:.1f} %", figure.value, percent);
}

std::string row(const char* name, const std::string& value) {
  return fmt::format("  {:<20}{}\n", name, value);
}

std::string objective_text(const core::Objective& objective) {
  std::string text =
      fmt::format("{:.4g} % within {}", 100.0 * objective.quantile, time_text(objective.latency));
  if (objective.first_token > Duration::zero()) {
    text += ", first token within " + time_text(objective.first_token);
  }
  if (objective.per_token > Duration::zero()) {
    text += ", " + time_text(objective.per_token) + " a token";
  }
  return text;
}

std::string ended_by(const UnitProfile& profile) {
  if (profile.breaking_by == "errors") return "beyond it, too many requests fail";
  if (profile.breaking_by == "plateau") return "the plateau, near which any queue grows";
  if (profile.breaking_by == "utilisation") return "the utilisation that was allowed";
  return "beyond it, the objective no longer holds";
}

}  // namespace

std::string summary_text(const UnitProfile& profile) {
  std::string text = fmt::format("{} at {}: {}\n", profile.name, profile.address, profile.kind);
  if (profile.breaking_per_s.value > 0.0) {
    text += row("breaking point",
                fmt::format("{} a second, {:.4g} a minute", sure(profile.breaking_per_s),
                            60.0 * profile.breaking_per_s.value));
    text += row("", ended_by(profile) +
                        (profile.is_modelled ? "" : "; found by trying, the model did not fit"));
  } else {
    text += row("breaking point", "none: the objective is not met at any rate");
  }
  text += row("objective", objective_text(profile.objective));
  text += row("plateau", sure(profile.plateau_per_s) + " a second");
  text += row("unloaded latency",
              fmt::format("{} (95 % sure: {} to {})", time_text(profile.unloaded_latency_s.value),
                          time_text(profile.unloaded_latency_s.low),
                          time_text(profile.unloaded_latency_s.high)));
  text += row("spread", fmt::format("{:.1f} %", 100.0 * profile.spread));
  text += row("slots", fmt::format("{}", profile.slots));
  if (profile.language) {
    const auto& pace = *profile.language;
    text += row("first token",
                fmt::format("{} for {} prompt tokens",
                            time_text(pace.first_token(pace.prompt_tokens)), pace.prompt_tokens));
    text +=
        row("per token",
            fmt::format("{} alone, {} with {} at once", time_text(pace.per_output_token.latency(1)),
                        time_text(pace.per_output_token.latency(profile.slots)), profile.slots));
  }
  if (profile.usd_per_1000 > 0.0) {
    text += row("price", fmt::format("{:.4g} USD/hour, {:.4g} USD per 1000 at the breaking point",
                                     profile.price_usd_per_hour, profile.usd_per_1000));
  }
  if (profile.warm_up_requests > 0) {
    text += row("warm-up", fmt::format("{} requests, {}", profile.warm_up_requests,
                                       time_text(profile.warm_up)));
  }
  text += row("measured",
              fmt::format("{} requests in {:.0f} s", profile.requests, to_seconds(profile.took)));
  text += "\n     offered/s  answered/s  errors      mean       p50       p99   objective\n";
  for (const LoadPoint& point : profile.points) {
    text += fmt::format("  {:>12.4g}{:>12.4g}{:>8}{:>10}{:>10}{:>10}   {}\n", point.offered_per_s,
                        point.achieved_per_s, point.errors, time_text(point.latency.mean),
                        time_text(point.latency.p50), time_text(point.latency.p99),
                        point.broken_off ? "hopeless, broken off"
                        : point.held     ? "held"
                                         : "not held");
  }
  return text;
}

std::string summary_json(const UnitProfile& profile, const std::string& service,
                         const std::string& file) {
  boost::json::object out;
  out["unit"] = profile.name;
  out["service"] = service;
  out["address"] = profile.address;
  out["task"] = to_string(profile.task);
  out["kind"] = profile.kind;
  const auto bounded = [&out](const std::string& name, const std::string& measure,
                              const Bounded& figure, double factor = 1.0) {
    out[name + measure] = figure.value * factor;
    out[name + "_low" + measure] = figure.low * factor;
    out[name + "_high" + measure] = figure.high * factor;
  };
  bounded("breaking", "_per_s", profile.breaking_per_s);
  out["breaking_by"] = profile.breaking_by;
  out["is_modelled"] = profile.is_modelled;
  bounded("plateau", "_per_s", profile.plateau_per_s);
  bounded("unloaded", "_ms", profile.unloaded_latency_s, 1e3);
  out["spread"] = profile.spread;
  out["slots"] = profile.slots;
  out["objective_latency_ms"] = to_millis(profile.objective.latency);
  out["objective_quantile"] = profile.objective.quantile;
  out["price_usd_per_hour"] = profile.price_usd_per_hour;
  out["usd_per_1000"] = profile.usd_per_1000;
  out["warm_up_requests"] = profile.warm_up_requests;
  out["warm_up_s"] = to_seconds(profile.warm_up);
  out["requests"] = profile.requests;
  out["took_s"] = to_seconds(profile.took);
  out["seed"] = profile.seed;
  out["profile"] = file;
  return boost::json::serialize(out) + "\n";
}

}  // namespace signalbox::profiler
