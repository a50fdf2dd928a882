// SPDX-License-Identifier: Apache-2.0
//
// Reading the emulator's JSON; see emulator_protocol.h.
#include "adapters/emulator_protocol.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

namespace signalbox::adapters {

namespace json = boost::json;

namespace {

// Every call gets a connection of its own. The client would repeat a request that found a kept
// connection dead, but a launch must not be made twice, and a poll that breaks is how a restart of
// the emulator is noticed. At a few calls per second a connection costs nothing.
http::Request request(std::string method, std::string target, std::string body = {}) {
  http::Request made{
      std::move(method), std::move(target), {{"connection", "close"}}, std::move(body)};
  if (!made.body.empty()) made.headers.push_back({"content-type", "application/json"});
  return made;
}

Result<json::object> parse_object(std::string_view body) {
  boost::system::error_code failure;
  json::value value = json::parse(body, failure);
  if (failure) return Error{"the answer is not JSON: " + failure.message()};
  if (!value.is_object()) return Error{"the answer is no JSON object"};
  return std::move(value.get_object());
}

std::optional<std::uint64_t> read_number(const json::object& from, std::string_view key) {
  const json::value* value = from.if_contains(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_uint64()) return value->get_uint64();
  if (value->is_int64() && value->get_int64() >= 0) {
    return static_cast<std::uint64_t>(value->get_int64());
  }
  return std::nullopt;
}

std::optional<std::string> read_text(const json::object& from, std::string_view key) {
  const json::value* value = from.if_contains(key);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->get_string());
}

std::optional<core::Address> read_address(const json::object& from) {
  const auto text = read_text(from, "address");
  if (!text) return std::nullopt;
  const std::size_t colon = text->rfind(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  std::uint16_t port = 0;
  const char* const end = text->data() + text->size();
  const auto parsed = std::from_chars(text->data() + colon + 1, end, port);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
  return core::Address{text->substr(0, colon), port};
}

// The objects of the list under `key`, each read by `read_one`; the first that does not read spoils
// the answer.
template <class Item, class ReadOne>
Result<std::vector<Item>> read_list(const json::object& from, std::string_view key,
                                    ReadOne read_one) {
  const json::value* list = from.if_contains(key);
  if (list == nullptr || !list->is_array()) {
    return Error{fmt::format("the answer has no list `{}`", key)};
  }
  std::vector<Item> items;
  for (const json::value& entry : list->get_array()) {
    std::optional<Item> item;
    if (entry.is_object()) item = read_one(entry.get_object());
    if (!item) {
      return Error{fmt::format("an entry of `{}` does not read: {}", key, json::serialize(entry))};
    }
    items.push_back(std::move(*item));
  }
  return items;
}

std::optional<EmulatorReplica> read_replica(const json::object& entry) {
  const auto id = read_number(entry, "id");
  auto unit = read_text(entry, "unit");
  auto state = read_text(entry, "state");
  auto address = read_address(entry);
  if (!id || !unit || !state || !address) return std::nullopt;
  return EmulatorReplica{EndpointId{*id}, std::move(*unit), std::move(*state), std::move(*address)};
}

std::optional<EmulatorEvent> read_event(const json::object& entry) {
  const auto id = read_number(entry, "id");
  const auto kind = read_text(entry, "event");
  if (!id) return std::nullopt;
  EmulatorEvent event;
  event.id = EndpointId{*id};
  if (kind == "ready") {
    auto address = read_address(entry);
    if (!address) return std::nullopt;
    event.address = std::move(*address);
    return event;
  }
  auto reason = read_text(entry, "reason");
  if (kind != "gone" || !reason) return std::nullopt;
  event.kind = EmulatorEvent::Kind::kGone;
  event.reason = std::move(*reason);
  return event;
}

}  // namespace

http::Request launch_request(EndpointId id, std::string_view unit) {
  return request("POST", "/replicas",
                 json::serialize(json::object{{"id", id.value}, {"unit", unit}}));
}

http::Request stop_request(EndpointId id) {
  return request("DELETE", fmt::format("/replicas/{}", id.value));
}

http::Request replicas_request() { return request("GET", "/replicas"); }

http::Request events_request(std::uint64_t after, Duration wait) {
  const auto wait_ms = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
  return request("GET", fmt::format("/events?after={}&wait_ms={}", after, wait_ms));
}

Result<std::vector<EmulatorReplica>> read_replicas(std::string_view body) {
  const auto object = parse_object(body);
  if (!object) return object.error();
  return read_list<EmulatorReplica>(object.value(), "replicas", read_replica);
}

Result<EmulatorEvents> read_events(std::string_view body) {
  const auto object = parse_object(body);
  if (!object) return object.error();
  const auto next = read_number(object.value(), "next");
  if (!next) return Error{"the answer has no number `next`"};
  auto events = read_list<EmulatorEvent>(object.value(), "events", read_event);
  if (!events) return events.error();
  const json::value* missed = object.value().if_contains("missed");
  return EmulatorEvents{*next, missed != nullptr && missed->is_bool() && missed->get_bool(),
                        std::move(*events)};
}

std::string read_refusal(const http::Response& answer) {
  const auto object = parse_object(answer.body);
  auto error = object ? read_text(object.value(), "error") : std::nullopt;
  if (answer.status == 503 && error) return *std::move(error);
  return error ? fmt::format("the emulator answered {}: {}", answer.status, *error)
               : fmt::format("the emulator answered {}", answer.status);
}

}  // namespace signalbox::adapters
