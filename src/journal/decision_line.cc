// SPDX-License-Identifier: Apache-2.0
//
// JSON by hand: every value is a number, a name from the configuration or a word of ours.
#include "journal/decision_line.h"

#include <fmt/format.h>

namespace signalbox::journal {

namespace {

std::string unit_name(UnitId unit, const core::FleetSpec& spec) {
  return json_text(unit.index() < spec.units.size() ? spec.unit(unit).name : "");
}

}  // namespace

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string candidates_json(const core::Decision& decision, const core::FleetSpec& spec) {
  std::string out = "[";
  for (const auto& [unit, verdict, endpoint, predicted, probability, cost_usd, weight] :
       decision.candidates) {
    out += fmt::format(
        "{}{{\"unit\":{},\"endpoint\":{},\"predicted_ms\":{},\"probability\":{},\"cost_usd\":{},"
        "\"weight\":{},\"verdict\":\"{}\"}}",
        out.size() > 1 ? "," : "", unit_name(unit, spec), endpoint.value, to_millis(predicted),
        probability, cost_usd, weight, core::to_string(verdict));
  }
  return out + "]";
}

std::string decision_line(const core::Decision& decision, const core::FleetSpec& spec,
                          TimePoint start) {
  std::string fallbacks;
  for (const EndpointId id : decision.fallbacks) {
    fallbacks += fmt::format("{}{}", fallbacks.empty() ? "" : ",", id.value);
  }
  const bool forwarded = decision.action == core::Action::kForward;
  const bool has_service = decision.reason != core::RejectReason::kNoService &&
                           decision.service.index() < spec.services.size();
  return fmt::format(
      "{{\"at_s\":{},\"request\":\"{:016x}\",\"service\":{},\"action\":\"{}\",\"mode\":\"{}\","
      "\"routing\":\"{}\",\"attempt\":{},\"late\":{},\"view\":{},\"arrival_s\":{},"
      "\"deadline_s\":{},\"unit\":{},\"endpoint\":{},\"fallbacks\":[{}],\"reason\":\"{}\","
      "\"status\":{},\"retry_after_s\":{},\"candidates\":{}}}",
      to_seconds(decision.at - start), decision.request.value,
      json_text(has_service ? spec.service(decision.service).name : ""),
      core::to_string(decision.action), core::to_string(decision.mode),
      core::to_string(decision.routing), decision.attempt, decision.late, decision.view_version,
      to_seconds(decision.arrival - start), to_seconds(decision.deadline - start),
      forwarded ? unit_name(decision.unit, spec) : "\"\"", decision.endpoint.value, fallbacks,
      core::to_string(decision.reason), decision.status, to_seconds(decision.retry_after),
      candidates_json(decision, spec));
}

}  // namespace signalbox::journal
