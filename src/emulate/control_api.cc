// SPDX-License-Identifier: Apache-2.0
//
// Routes of the control API; see control_api.h.
#include "emulate/control_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <optional>
#include <utility>

#include "emulate/fault_command.h"

namespace signalbox::emulate {

namespace json = boost::json;

namespace {

constexpr std::string_view kReplicas = "/replicas";
constexpr std::string_view kUnits = "/units/";
constexpr std::string_view kFaults = "/faults";
constexpr std::string_view kRoutes =
    "GET /replicas, POST /replicas, DELETE /replicas/ID, GET /events?after=N&wait_ms=M, GET "
    "/units, "
    "POST /units/UNIT/faults, GET /metrics, GET /health, GET /readiness";

http::Response reply(int status, const json::value& body) {
  return {status, {{"content-type", "application/json"}}, json::serialize(body) + "\n"};
}

http::Response error(int status, std::string_view message) {
  return reply(status, json::object{{"error", message}});
}

http::Response wrong_method(std::string_view allowed) {
  http::Response response = error(405, fmt::format("this path answers {} only", allowed));
  response.headers.push_back({"allow", std::string(allowed)});
  return response;
}

std::optional<std::uint64_t> parse_unsigned(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

json::object to_json(const LoggedEvent& event, const core::FleetSpec& spec) {
  const bool ready = event.kind == LoggedEvent::Kind::kReady;
  json::object body{{"seq", event.sequence},
                    {"at_s", to_seconds(event.at)},
                    {"event", ready ? "ready" : "gone"},
                    {"id", event.id.value},
                    {"unit", spec.unit(event.unit).name}};
  if (ready) {
    body["address"] = core::to_string(event.address);
  } else {
    body["reason"] = event.reason;
  }
  return body;
}

json::object to_json(const std::string& name, const UnitState& state) {
  return {{"unit", name},
          {"running", state.pool.running},
          {"booting", state.pool.booting},
          {"cap", state.pool.cap ? json::value(*state.pool.cap) : json::value(nullptr)},
          {"refuse_launches", state.pool.refuse_launches},
          {"slowdown", state.slowdown},
          {"error_rate", state.error_rate},
          {"launches", state.pool.launches},
          {"refused", state.pool.refused},
          {"served", state.served},
          {"busy_seconds", state.busy_seconds}};
}

struct LaunchRequest {
  EndpointId id;
  std::string unit;
};

Result<LaunchRequest> read_launch(std::string_view text) {
  constexpr std::string_view kExpected = "send {\"id\": 7, \"unit\": \"NAME\"}";
  boost::system::error_code failure;
  const json::value body = json::parse(text, failure);
  if (failure) {
    return Error{fmt::format("the body is not JSON ({}); {}", failure.message(), kExpected)};
  }
  if (!body.is_object()) return Error{fmt::format("the body is no object; {}", kExpected)};
  LaunchRequest launch;
  for (const auto& [key, value] : body.get_object()) {
    const std::string_view name = key;
    if (name == "id") {
      const std::int64_t* id = value.if_int64();
      if (id == nullptr || *id < 1 || static_cast<std::uint64_t>(*id) >= kFirstFixedId) {
        return Error{fmt::format("`id` must be a whole number from 1 to {}", kFirstFixedId - 1)};
      }
      launch.id = EndpointId{static_cast<std::uint64_t>(*id)};
    } else if (name == "unit" && value.is_string()) {
      launch.unit = std::string(value.get_string());
    } else if (name == "unit") {
      return Error{"`unit` must be the name of a unit"};
    } else {
      return Error{fmt::format("unknown key `{}`; {}", name, kExpected)};
    }
  }
  if (launch.id.value == 0 || launch.unit.empty()) {
    return Error{fmt::format("`id` and `unit` are both needed; {}", kExpected)};
  }
  return launch;
}

}  // namespace

ControlApi::ControlApi(asio::io_context& io, Fleet& fleet)
    : io_(io), fleet_(fleet), self_(std::make_shared<ControlApi*>(this)) {
  // Posted, so that the events of one stroke reach a waiting client together.
  fleet_.on_event([this] {
    if (std::exchange(answering_, true)) return;
    asio::post(io_, [weak = std::weak_ptr(self_)] {
      if (const auto self = weak.lock()) (*self)->answer_waiting();
    });
  });
}

ControlApi::~ControlApi() { fleet_.on_event({}); }

void ControlApi::handle(const http::Request& request, std::shared_ptr<http::Responder> responder) {
  if (request.path() == "/events" && request.method == "GET") {
    poll_events(request, std::move(responder));
    return;
  }
  responder->send(answer(request));
}

http::Response ControlApi::answer(const http::Request& request) {
  const std::string_view path = request.path();
  const bool get = request.method == "GET";
  const bool post = request.method == "POST";
  if (path == kReplicas) {
    if (get) return replicas();
    return post ? launch(request.body) : wrong_method("GET, POST");
  }
  if (path.starts_with("/replicas/")) {
    if (request.method != "DELETE") return wrong_method("DELETE");
    return stop(path.substr(kReplicas.size() + 1));
  }
  if (path.starts_with(kUnits) && path.ends_with(kFaults) &&
      path.size() > kUnits.size() + kFaults.size()) {
    if (!post) return wrong_method("POST");
    return strike(path.substr(kUnits.size(), path.size() - kUnits.size() - kFaults.size()),
                  request.body);
  }
  const bool readable = path == "/units" || path == "/metrics" || path == "/health" ||
                        path == "/readiness" || path == "/events";
  if (!readable) return error(404, fmt::format("no such path; there are: {}", kRoutes));
  if (!get) return wrong_method("GET");
  if (path == "/units") return units();
  if (path == "/metrics") return metrics();
  return reply(200, json::object{{"status", path == "/health" ? "healthy" : "ready"}});
}

http::Response ControlApi::launch(std::string_view body) {
  const auto wanted = read_launch(body);
  if (!wanted) return error(400, wanted.error().message);
  const auto unit = fleet_.spec().find_unit((*wanted).unit);
  if (!unit) return unknown_unit((*wanted).unit);
  const auto boot = fleet_.launch((*wanted).id, *unit);
  if (boot) {
    return reply(202, json::object{{"id", (*wanted).id.value}, {"boot_s", to_seconds(*boot)}});
  }
  const bool in_use = boot.error().kind == sim::LaunchRefusal::Kind::kIdInUse;
  return error(in_use ? 409 : 503, boot.error().message);
}

http::Response ControlApi::stop(std::string_view id_text) {
  const auto id = parse_unsigned(id_text);
  if (!id || !fleet_.stop(EndpointId{*id})) {
    return error(404, fmt::format("no replica has the id {}; GET /replicas lists them", id_text));
  }
  return {204, {}, {}};
}

http::Response ControlApi::strike(std::string_view unit_name, std::string_view body) {
  const auto unit = fleet_.spec().find_unit(unit_name);
  if (!unit) return unknown_unit(unit_name);
  const auto fault = read_fault(body);
  if (!fault) return error(400, fault.error().message);
  fleet_.apply(*unit, *fault);
  return reply(200, to_json(fleet_.spec().unit(*unit).name, fleet_.unit_state(*unit)));
}

http::Response ControlApi::unknown_unit(std::string_view name) const {
  std::string known;
  for (const core::UnitSpec& unit : fleet_.spec().units) {
    known += known.empty() ? "" : ", ";
    known += unit.name;
  }
  return error(404, fmt::format("no unit is named {}; there are: {}", name, known));
}

http::Response ControlApi::replicas() const {
  json::array list;
  for (const ReplicaState& replica : fleet_.replicas()) {
    list.push_back(json::object{{"id", replica.id.value},
                                {"unit", fleet_.spec().unit(replica.unit).name},
                                {"state", replica.state},
                                {"address", core::to_string(replica.address)},
                                {"served", replica.served},
                                {"queued", replica.queued}});
  }
  return reply(200, json::object{{"replicas", std::move(list)}});
}

http::Response ControlApi::units() const {
  json::array list;
  for (std::uint32_t i = 0; i < fleet_.spec().units.size(); ++i) {
    list.push_back(to_json(fleet_.spec().units[i].name, fleet_.unit_state(UnitId{i})));
  }
  return reply(200, json::object{{"units", std::move(list)}, {"cost_usd", fleet_.cost_usd()}});
}

http::Response ControlApi::metrics() const {
  std::string replicas = "# TYPE signalbox_emulator_replicas gauge\n";
  std::string launches = "# TYPE signalbox_emulator_launches_total counter\n";
  std::string refused = "# TYPE signalbox_emulator_refused_launches_total counter\n";
  std::string jobs = "# TYPE signalbox_emulator_jobs_total counter\n";
  std::string busy = "# TYPE signalbox_emulator_busy_seconds_total counter\n";
  for (std::uint32_t i = 0; i < fleet_.spec().units.size(); ++i) {
    const std::string& unit = fleet_.spec().units[i].name;
    const UnitState state = fleet_.unit_state(UnitId{i});
    replicas += fmt::format(
        "signalbox_emulator_replicas{{unit=\"{0}\",state=\"running\"}} {1}\n"
        "signalbox_emulator_replicas{{unit=\"{0}\",state=\"booting\"}} {2}\n",
        unit, state.pool.running, state.pool.booting);
    const auto row = [&](std::string& family, std::string_view name, auto value) {
      family += fmt::format("signalbox_emulator_{}{{unit=\"{}\"}} {}\n", name, unit, value);
    };
    row(launches, "launches_total", state.pool.launches);
    row(refused, "refused_launches_total", state.pool.refused);
    row(jobs, "jobs_total", state.served);
    row(busy, "busy_seconds_total", state.busy_seconds);
  }
  const std::string cost = fmt::format(
      "# TYPE signalbox_emulator_cost_usd_total counter\nsignalbox_emulator_cost_usd_total {}\n",
      fleet_.cost_usd());
  return {200,
          {{"content-type", "text/plain; version=0.0.4"}},
          replicas + launches + refused + jobs + busy + cost};
}

http::Response ControlApi::events_after(std::uint64_t after) const {
  const EventLog::Page page = fleet_.events().after(after);
  json::array events;
  for (const LoggedEvent& event : page.events) events.push_back(to_json(event, fleet_.spec()));
  json::object body{{"next", fleet_.events().latest()}};
  if (page.missed) body["missed"] = true;
  body["events"] = std::move(events);
  return reply(200, body);
}

void ControlApi::poll_events(const http::Request& request,
                             std::shared_ptr<http::Responder> responder) {
  const auto number = [&](std::string_view name) {
    return parse_unsigned(request.query_param(name).value_or("0"));
  };
  const auto after = number("after"), wait_ms = number("wait_ms");
  const auto max_wait_ms = static_cast<std::uint64_t>(to_millis(kMaxWait));
  if (!after || !wait_ms || *wait_ms > max_wait_ms) {
    responder->send(error(400, fmt::format("`after` is the `next` of the last answer (0 at first), "
                                           "`wait_ms` a whole number up to {}",
                                           max_wait_ms)));
    return;
  }
  const bool news = *after != fleet_.events().latest();
  if (news || *wait_ms == 0 || waiting_.size() >= kMaxWaiting) {
    responder->send(events_after(*after));
    return;
  }
  wait_for_events(*after, static_cast<std::int64_t>(*wait_ms) * 1ms, std::move(responder));
}

void ControlApi::wait_for_events(std::uint64_t after, Duration wait,
                                 std::shared_ptr<http::Responder> responder) {
  const std::uint64_t key = next_waiter_++;
  Waiter& waiter =
      waiting_.emplace(key, Waiter{after, std::move(responder), asio::steady_timer(io_, wait)})
          .first->second;
  waiter.responder->on_disconnect([weak = std::weak_ptr(self_), key] {
    if (const auto self = weak.lock()) (*self)->waiting_.erase(key);
  });
  // By key: the waiter may have been answered, and be gone, when its timer's handler runs.
  waiter.timer.async_wait([weak = std::weak_ptr(self_), key](const error_code& failure) {
    const auto self = weak.lock();
    if (failure || !self) return;
    const auto node = (*self)->waiting_.extract(key);
    if (node.empty()) return;
    node.mapped().responder->send((*self)->events_after(node.mapped().after));
  });
}

void ControlApi::answer_waiting() {
  answering_ = false;
  for (auto waiter = waiting_.begin(); waiter != waiting_.end();) {
    const auto current = waiter++;
    if (current->second.after == fleet_.events().latest()) continue;
    const auto node = waiting_.extract(current);
    node.mapped().responder->send(events_after(node.mapped().after));
  }
}

}  // namespace signalbox::emulate
