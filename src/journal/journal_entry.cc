// SPDX-License-Identifier: Apache-2.0
//
// Core records as entries; see journal_entry.h.
#include "journal/journal_entry.h"

#include <fmt/format.h>

#include <variant>

#include "journal/decision_line.h"

namespace signalbox::journal {

namespace {

std::int64_t unix_nanos(TimePoint at, std::int64_t unix_of_zero) {
  return unix_of_zero + at.time_since_epoch().count();
}

// What a forward rests on, for people: why the one that was taken was taken.
std::string forward_reason(const core::Decision& decision, const core::FleetSpec& spec) {
  const core::Candidate* chosen = decision.chosen();
  std::string text = fmt::format("{}{}", core::to_string(decision.mode),
                                 decision.late ? ", will probably be late" : "");
  if (chosen == nullptr) return text;
  text += fmt::format(", predicted {:.0f} ms, in time with {:.4f}", to_millis(chosen->predicted),
                      chosen->probability);
  if (const core::Candidate* next = decision.runner_up();
      next != nullptr && next->unit.index() < spec.units.size()) {
    text += fmt::format(", before {}", spec.unit(next->unit).name);
  }
  return text;
}

}  // namespace

std::string format_request(RequestId id) { return fmt::format("{:016x}", id.value); }

JournalEntry entry_of(const core::Decision& decision, const core::FleetView& view,
                      std::int64_t unix_of_zero) {
  const core::FleetSpec& spec = *view.spec;
  JournalEntry entry;
  entry.at_unix_nanos = unix_nanos(decision.at, unix_of_zero);
  entry.request = format_request(decision.request);
  const bool has_service = decision.reason != core::RejectReason::kNoService &&
                           decision.reason != core::RejectReason::kServiceRemoved &&
                           decision.service.index() < spec.services.size();
  if (has_service) entry.service = spec.service(decision.service).name;
  entry.attempt = decision.attempt;
  switch (decision.action) {
    case core::Action::kForward:
      entry.kind = decision.attempt > 1 ? "redecide" : "forward";
      if (decision.unit.index() < spec.units.size()) entry.unit = spec.unit(decision.unit).name;
      entry.endpoint = decision.endpoint.value;
      entry.reason = forward_reason(decision, spec);
      break;
    case core::Action::kHold:
      entry.kind = "hold";
      entry.reason = "nothing can start it in time now, a slot that frees could";
      break;
    case core::Action::kReject:
      entry.kind = "reject";
      entry.status = decision.status;
      entry.reason = core::to_string(decision.reason);
      break;
  }
  entry.detail = fmt::format(
      "{{\"mode\":\"{}\",\"routing\":\"{}\",\"late\":{},\"view\":{},\"waited_ms\":{},"
      "\"left_ms\":{},\"candidates\":{}}}",
      core::to_string(decision.mode), core::to_string(decision.routing), decision.late,
      decision.view_version, to_millis(decision.at - decision.arrival),
      to_millis(decision.deadline - decision.at), candidates_json(decision, spec));
  return entry;
}

JournalEntry entry_of(const core::Decision& forwarded, const core::FleetView& view,
                      const core::Outcome& failure, TimePoint at, std::int64_t unix_of_zero) {
  const core::FleetSpec& spec = *view.spec;
  JournalEntry entry;
  entry.at_unix_nanos = unix_nanos(at, unix_of_zero);
  entry.kind = "error";
  entry.request = format_request(forwarded.request);
  if (forwarded.service.index() < spec.services.size()) {
    entry.service = spec.service(forwarded.service).name;
  }
  if (forwarded.unit.index() < spec.units.size()) entry.unit = spec.unit(forwarded.unit).name;
  entry.endpoint = forwarded.endpoint.value;
  entry.attempt = forwarded.attempt;
  entry.status = failure.status;
  entry.detail = fmt::format("{{\"after_ms\":{},\"first_byte_ms\":{},\"replayable\":{}}}",
                             to_millis(at - forwarded.at), to_millis(failure.time_to_first_byte),
                             failure.replayable);
  entry.reason = core::to_string(failure.kind);
  return entry;
}

JournalEntry entry_of(const core::ModeChange& change, const core::FleetSpec& spec,
                      std::int64_t unix_of_zero) {
  JournalEntry entry;
  entry.at_unix_nanos = unix_nanos(change.at, unix_of_zero);
  entry.kind = "mode";
  if (change.service.index() < spec.services.size()) {
    entry.service = spec.service(change.service).name;
  }
  entry.reason = change.evidence;
  entry.detail = fmt::format("{{\"from\":\"{}\",\"to\":\"{}\",\"evidence_age_ms\":{}}}",
                             core::to_string(change.from), core::to_string(change.to),
                             to_millis(change.at - change.evidence_at));
  return entry;
}

JournalEntry entry_of(const core::Plan& plan, const core::FleetSpec& spec,
                      std::int64_t unix_of_zero) {
  const auto unit_name = [&](UnitId unit) {
    return json_text(unit.index() < spec.units.size() ? spec.unit(unit).name : "");
  };
  JournalEntry entry;
  entry.at_unix_nanos = unix_nanos(plan.at, unix_of_zero);
  entry.kind = "plan";
  std::string targets, cuts, launches, stops;
  const auto join = [](std::string& list, const std::string& item) {
    if (!list.empty()) list += ',';
    list += item;
  };
  for (const auto& service : plan.services) {
    if (!entry.reason.empty()) entry.reason += "; ";
    entry.reason += spec.service(service.service).name + ": " + service.reason;
  }
  for (std::uint32_t i = 0; i < plan.unit_targets.size(); ++i) {
    join(targets, fmt::format("{}:{}", unit_name(UnitId(i)), plan.unit_targets[i]));
  }
  for (const auto& cut : plan.cuts) {
    join(cuts, fmt::format("{{\"unit\":{},\"rule\":{},\"wanted\":{},\"allowed\":{}}}",
                           unit_name(cut.unit), json_text(cut.rule), cut.wanted, cut.allowed));
  }
  for (const auto& command : plan.commands) {
    if (const auto* launch = std::get_if<core::LaunchEndpoint>(&command)) {
      join(launches, fmt::format("{{\"endpoint\":{},\"unit\":{}}}", launch->endpoint.value,
                                 unit_name(launch->unit)));
    } else {
      join(stops, std::to_string(std::get<core::StopEndpoint>(command).endpoint.value));
    }
  }
  entry.detail = fmt::format(
      "{{\"version\":{},\"targets\":{{{}}},\"cuts\":[{}],\"launches\":[{}],\"stops\":[{}]}}",
      plan.version, targets, cuts, launches, stops);
  return entry;
}

std::string entry_json(const JournalEntry& entry) {
  std::string out =
      fmt::format("{{\"at_unix_ns\":{},\"kind\":{}", entry.at_unix_nanos, json_text(entry.kind));
  const auto text = [&](const char* key, const std::string& value) {
    if (!value.empty()) out += fmt::format(",\"{}\":{}", key, json_text(value));
  };
  const auto number = [&](const char* key, auto value) {
    if (value != 0) out += fmt::format(",\"{}\":{}", key, value);
  };
  text("request", entry.request);
  text("service", entry.service);
  text("unit", entry.unit);
  number("endpoint", entry.endpoint);
  number("attempt", entry.attempt);
  number("status", entry.status);
  text("reason", entry.reason);
  number("stands_for", entry.stands_for);
  if (!entry.detail.empty()) out += ",\"detail\":" + entry.detail;
  return out + "}";
}

JournalEntry gap_entry(std::uint64_t lost, std::int64_t at_unix_nanos, const std::string& why) {
  JournalEntry entry;
  entry.at_unix_nanos = at_unix_nanos;
  entry.kind = "gap";
  entry.stands_for = lost;
  entry.reason = why;
  return entry;
}

}  // namespace signalbox::journal
