// SPDX-License-Identifier: Apache-2.0
//
// From log to arrivals; see logged_scenario.h.
#include "sim/scenario/logged_scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "journal/arrivals_of_log.h"
#include "sim/workload/listed_arrivals.h"

namespace signalbox::sim {

namespace {

constexpr double kSmallest = 0.01;
constexpr double kLargest = 100.0;

// How large the request turned out to be, or nullopt when nobody saw it served.
std::optional<double> measured_size(const journal::LoggedArrival& arrival,
                                    const core::FleetSpec& fleet) {
  const bool served = arrival.outcome && arrival.outcome->kind == core::OutcomeKind::kCompleted &&
                      arrival.outcome->status < 300;
  if (!served || arrival.in_service <= Duration{} || arrival.in_flight < 1 ||
      arrival.unit.index() >= fleet.units.size()) {
    return std::nullopt;
  }
  const Duration expected = fleet.unit(arrival.unit).profile.latency(arrival.in_flight);
  return std::clamp(to_seconds(arrival.in_service) / to_seconds(expected), kSmallest, kLargest);
}

const core::ServiceSpec* service_of(const core::FleetSpec& fleet, const std::string& path) {
  for (const auto& service : fleet.services) {
    if (std::find(service.paths.begin(), service.paths.end(), path) != service.paths.end()) {
      return &service;
    }
  }
  return fleet.services.empty() ? nullptr : &fleet.services.front();
}

}  // namespace

Result<LoggedScenario> logged_scenario(journal::InputLogReader& log) {
  journal::ArrivalsOfLog arrivals(log);
  LoggedScenario logged;
  std::map<std::pair<std::string, std::string>, std::vector<Arrival>> clients;
  std::optional<TimePoint> start;
  TimePoint last{};
  while (const auto arrival = arrivals.next()) {
    if (arrivals.spec() == nullptr) break;
    const core::FleetSpec& fleet = *arrivals.spec();
    if (!start) start = arrival->at;
    last = arrival->at;
    ++logged.requests;
    const auto size = measured_size(*arrival, fleet);
    if (size) ++logged.measured;
    clients[{arrival->path, arrival->model}].push_back({.at = TimePoint{} + (arrival->at - *start),
                                                        .factor = size.value_or(arrival->work),
                                                        .declared = arrival->work});
    const auto* service = service_of(fleet, arrival->path);
    if (arrival->end == journal::RequestEnd::kAnswered && arrival->status < 400 &&
        service != nullptr) {
      ++logged.answered;
      const Duration took = arrival->ended_at - arrival->at;
      if (took <= service->objective.latency_of(arrival->work)) ++logged.within_objective;
    }
  }
  if (!log.damage().empty()) return Error{log.damage()};
  if (logged.requests == 0 || arrivals.spec() == nullptr) {
    return Error{"the log has no request, so there is nothing to try a policy on"};
  }
  Scenario& scenario = logged.scenario;
  scenario.name = log.files().name;
  scenario.title = "Requests of an input log";
  scenario.about =
      fmt::format("{} requests of the log {}, sizes modelled on the {} whose service was seen.",
                  logged.requests, log.files().name, logged.measured);
  scenario.fleet = *arrivals.spec();
  scenario.length = last - *start + 1s;
  for (auto& [asked, list] : clients) {
    const ArrivalList shared = std::make_shared<const std::vector<Arrival>>(std::move(list));
    scenario.traffic.push_back(
        {.path = asked.first, .model = asked.second, .arrivals = [shared](std::uint64_t) {
           return std::make_unique<ListedArrivals>(shared);
         }});
  }
  return logged;
}

}  // namespace signalbox::sim
