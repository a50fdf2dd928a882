// SPDX-License-Identifier: Apache-2.0
//
// Numbers are written as finely as they are known, and a little finer; see profile_yaml.h.
#include "profiler/profile_yaml.h"

#include <fmt/format.h>

#include <algorithm>

#include "profiler/transfer.h"

namespace signalbox::profiler {

namespace {

constexpr double kForAStart = 4.0;  // times the unloaded latency, where what is owed is hopeless

// Without an exponent, which the configuration's grammar does not have.
std::string number(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text.find('.') == std::string::npos) return text;
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string duration(Duration time) { return number(std::max(to_millis(time), 0.001), 3) + "ms"; }

std::string rate(double per_s) { return number(std::clamp(per_s, 1e-6, 1e6), 6) + "/s"; }

std::string objective(const core::Objective& owed) {
  std::string text = fmt::format("{{latency: {}, quantile: {}%", duration(owed.latency),
                                 number(100.0 * owed.quantile, 4));
  if (owed.first_token > Duration::zero()) {
    text += fmt::format(", first_token: {}", duration(owed.first_token));
  }
  if (owed.per_token > Duration::zero()) {
    text += fmt::format(", per_token: {}", duration(owed.per_token));
  }
  return text + "}";
}

std::string label(const char* key, const std::string& value) {
  if (value.empty()) return "";
  std::string quoted;
  for (const char c : value) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return fmt::format("    {}: \"{}\"\n", key, quoted);
}

std::string language(const core::LanguageProfile& pace) {
  const double per_prompt_token_s = to_seconds(pace.per_prompt_token);
  std::string text = "    language:\n";
  text += fmt::format("      first_token: {}\n", duration(pace.first_token_base));
  text += fmt::format("      prompt_rate: {}\n",
                      number(std::min(1.0 / std::max(per_prompt_token_s, 1e-8), 1e8), 1) + "/s");
  text += "      per_token:\n";
  for (const auto& point : pace.per_output_token.points()) {
    text += fmt::format("        - {{in_flight: {}, time: {}}}\n", point.in_flight,
                        duration(point.latency));
  }
  text += fmt::format("      prompt_tokens: {}\n      output_tokens: {}\n", pace.prompt_tokens,
                      pace.output_tokens);
  return text;
}

// Where it comes from and what it is worth, as comments.
std::string origin(const UnitProfile& profile) {
  std::string text =
      profile.carried_over_from.empty()
          ? fmt::format("# Measured at {} in {:.0f} s, with {} requests: {}.\n", profile.address,
                        to_seconds(profile.took), profile.requests, profile.kind)
          : fmt::format("# Carried over from {}, not measured: measure it when it runs.\n",
                        profile.carried_over_from);
  if (profile.breaking_per_s.value > 0.0) {
    return text + fmt::format(
                      "# It breaks at {:.4g} requests a second ({:.4g} to {:.4g}, 95 % sure), by "
                      "its {}.\n",
                      profile.breaking_per_s.value, profile.breaking_per_s.low,
                      profile.breaking_per_s.high, profile.breaking_by);
  }
  return text +
         fmt::format(
             "# It cannot meet the objective {} at any rate; the one below is for a start.\n",
             objective(profile.objective));
}

}  // namespace

std::string profile_yaml(const UnitProfile& profile, const std::string& service) {
  std::string text = origin(profile);
  core::Objective owed = profile.objective;
  if (profile.breaking_per_s.value <= 0.0) {
    owed = {.latency = from_seconds(kForAStart * profile.unloaded_latency_s.value),
            .quantile = owed.quantile};
  }
  text += fmt::format("services:\n  {}:\n    objective: {}\n    units: [{}]\n", service,
                      objective(owed), profile.name);
  text += fmt::format("\nunits:\n  {}:\n    price: {} USD/hour\n", profile.name,
                      number(profile.price_usd_per_hour, 6));
  if (profile.slots == 1) {
    text += fmt::format("    plateau: {}\n", rate(profile.plateau_per_s.value));
  } else {
    text += "    latency_curve:\n";
    for (const auto& point : profile.curve.points()) {
      text += fmt::format("      - {{in_flight: {}, latency: {}}}\n", point.in_flight,
                          duration(point.latency));
    }
    text += fmt::format("    slots: {}\n", profile.slots);
  }
  text += fmt::format("    spread: {}%\n", number(std::min(100.0 * profile.spread, 300.0), 2));
  if (!profile.carried_over_from.empty()) {
    text += fmt::format("    profile_weight: {}\n", kTransferredWeight);
  }
  if (profile.language) text += language(*profile.language);
  text += label("model", profile.model) + label("hardware", profile.hardware) +
          label("framework", profile.framework);
  return text + fmt::format("    endpoints: [\"{}\"]\n", profile.address);
}

}  // namespace signalbox::profiler
