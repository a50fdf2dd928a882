// SPDX-License-Identifier: Apache-2.0
//
// For tests: an API server of a few pages, on a real socket, and time that passes when the test
// says so. It keeps objects with versions, lists them in pages, streams changes, refuses writes of
// old versions - and does whatever harm the test puts in the way of a request.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "http/server.h"
#include "kube/api_client.h"
#include "kube/schedule.h"
#include "net/clock.h"
#include "wire/kube_object.h"

namespace signalbox::kube::testing {

class VirtualSchedule final : public Schedule {
 public:
  TimePoint now() const override { return now_; }
  std::int64_t unix_nanos() const override {
    return 1'742'982'000'000'000'000 + (now_ - kBegin).count() + wall_offset.count();
  }
  std::unique_ptr<Alarm> after(Duration wait, std::function<void()> due) override {
    auto entry = std::make_shared<Entry>(Entry{now_ + std::max(wait, Duration{}), std::move(due)});
    entries_.push_back(entry);
    return std::make_unique<Held>(entry);
  }

  // Time passes; what is due comes in order, each at its own time.
  void advance(Duration by) {
    const TimePoint end = now_ + by;
    while (fire_next(end)) {
    }
    now_ = end;
  }
  // What is due now. Returns whether anything was.
  bool run_due() {
    bool any = false;
    while (fire_next(now_)) any = true;
    return any;
  }
  std::size_t alarms() const { return entries_.size(); }

  Duration wall_offset{};  // of a clock that is set wrong

 private:
  struct Entry {
    TimePoint at;
    std::function<void()> due;  // empty = not wanted any more
  };
  struct Held final : Alarm {
    explicit Held(std::shared_ptr<Entry> held) : entry(std::move(held)) {}
    ~Held() override { entry->due = nullptr; }
    std::shared_ptr<Entry> entry;
  };

  bool fire_next(TimePoint end) {
    std::erase_if(entries_, [](const auto& entry) { return !entry->due; });
    const auto next = std::min_element(entries_.begin(), entries_.end(),
                                       [](const auto& a, const auto& b) { return a->at < b->at; });
    if (next == entries_.end() || (*next)->at > end) return false;
    const auto entry = *next;
    entries_.erase(next);
    now_ = std::max(now_, entry->at);
    std::exchange(entry->due, nullptr)();
    return true;
  }

  static constexpr TimePoint kBegin = TimePoint{} + 1000h;

  TimePoint now_ = kBegin;
  std::vector<std::shared_ptr<Entry>> entries_;
};

class ScriptedApi {
 public:
  using ResponderPtr = std::shared_ptr<http::Responder>;

  explicit ScriptedApi(asio::io_context& io)
      : server(io, [this](http::Request request, ResponderPtr responder) {
          requests.push_back(request);
          if (before && before(request, responder)) return;
          answer(request, responder);
        }) {
    const auto bound = server.listen({"127.0.0.1", 0});
    EXPECT_TRUE(bound.ok());
    if (bound.ok()) address = *bound;
  }

  // Says how to reach it, in clear.
  Access access() const {
    Access made;
    made.origin = "a test";
    made.address = address;
    made.tls = false;
    return made;
  }

  // Of a collection such as "/api/v1/namespaces/prod/pods".
  void put(const std::string& collection, const std::string& object) {
    store(collection, boost::json::parse(object).as_object());
  }
  void remove(const std::string& collection, const std::string& name) {
    auto object = objects_[collection].extract(name).mapped();
    object["metadata"].as_object()["resourceVersion"] = std::to_string(++version);
    say(collection, "DELETED", object);
  }
  const json::object* find(const std::string& collection, const std::string& name) const {
    const auto list = objects_.find(collection);
    if (list == objects_.end()) return nullptr;
    const auto at = list->second.find(name);
    return at == list->second.end() ? nullptr : &at->second;
  }
  // All of a collection is forgotten, and nobody is told.
  void lose(const std::string& collection) { std::exchange(objects_[collection], {}); }
  // Watches from before now are too old.
  void compact() { oldest = version; }

  // To every watch.
  void write(const std::string& bytes) {
    for (const auto& watch : watches_) watch.responder->write(bytes);
  }
  void end_watches() {
    for (const auto& watch : std::exchange(watches_, {})) watch.responder->finish();
  }
  void break_watches() {
    for (const auto& watch : std::exchange(watches_, {})) watch.responder->reset();
  }
  std::size_t watches() const { return watches_.size(); }

  static void refuse(const ResponderPtr& responder, int code, const std::string& reason,
                     std::vector<http::Header> headers = {}) {
    responder->send({code, std::move(headers), status(code, reason)});
  }
  static std::string status(int code, const std::string& reason) {
    return boost::json::serialize(json::object{{"kind", "Status"},
                                               {"apiVersion", "v1"},
                                               {"status", "Failure"},
                                               {"message", reason + " it is"},
                                               {"reason", reason},
                                               {"code", code}});
  }

  std::size_t asked(const std::string& part) const {
    return static_cast<std::size_t>(
        std::count_if(requests.begin(), requests.end(), [&](const auto& request) {
          return (request.method + " " + request.target).find(part) != std::string::npos;
        }));
  }

  core::Address address;
  std::vector<http::Request> requests;
  std::function<bool(const http::Request&, const ResponderPtr&)> before;  // true = it answered
  std::int64_t version = 100;
  std::int64_t oldest = 0;
  http::Server server;

 private:
  struct Watch {
    std::string collection;
    ResponderPtr responder;
  };
  struct Said {
    std::int64_t version;
    std::string collection, frame;
  };

  json::object store(const std::string& collection, json::object object) {
    auto& metadata = object["metadata"].as_object();
    const std::string name(metadata["name"].as_string());
    if (!metadata.contains("uid")) metadata["uid"] = "uid-" + name;
    metadata["resourceVersion"] = std::to_string(++version);
    const bool is_new = !objects_[collection].contains(name);
    objects_[collection][name] = object;
    say(collection, is_new ? "ADDED" : "MODIFIED", object);
    return object;
  }

  void say(const std::string& collection, const char* type, const json::object& object) {
    const std::string frame =
        boost::json::serialize(json::object{{"type", type}, {"object", object}}) + "\n";
    said_.push_back({version, collection, frame});
    for (const auto& watch : watches_) {
      if (watch.collection == collection) watch.responder->write(frame);
    }
  }

  void answer(const http::Request& request, const ResponderPtr& responder) {
    const std::string path(request.path());
    if (request.method == "GET" && request.query_param("watch")) return watch(request, responder);
    if (request.method == "POST") {
      const auto object = boost::json::parse(request.body).as_object();
      if (find(path, std::string(wire::name_of(object)))) {
        return refuse(responder, 409, "AlreadyExists");
      }
      return send(responder, store(path, object));
    }
    if (request.method == "GET" && objects_.contains(path)) return list(request, path, responder);
    const std::string collection = path.substr(0, path.rfind('/'));
    const json::object* known = find(collection, path.substr(path.rfind('/') + 1));
    if (known == nullptr) return refuse(responder, 404, "NotFound");
    if (request.method == "GET") return send(responder, *known);
    if (request.method == "PUT") {
      const auto object = boost::json::parse(request.body).as_object();
      if (wire::resource_version_of(object) != wire::resource_version_of(*known)) {
        return refuse(responder, 409, "Conflict");
      }
      return send(responder, store(collection, object));
    }
    if (request.method == "DELETE") {
      const json::object was = *known;
      remove(collection, path.substr(path.rfind('/') + 1));
      return send(responder, was);
    }
    refuse(responder, 405, "MethodNotAllowed");
  }

  static void send(const ResponderPtr& responder, const json::object& object) {
    responder->send({.body = boost::json::serialize(object)});
  }

  void list(const http::Request& request, const std::string& path, const ResponderPtr& responder) {
    const auto limit = std::stoul(request.query_param("limit").value_or("1000000"));
    const std::string from = request.query_param("continue").value_or("");
    json::array items;
    std::string next;
    for (const auto& [name, object] : objects_[path]) {
      if (name < from) continue;
      if (items.size() == limit) {
        next = name;
        break;
      }
      items.emplace_back(object);
    }
    json::object metadata{{"resourceVersion", std::to_string(version)}};
    if (!next.empty()) metadata["continue"] = next;
    send(responder, {{"kind", "ThingList"}, {"metadata", metadata}, {"items", items}});
  }

  void watch(const http::Request& request, const ResponderPtr& responder) {
    const auto from = std::stoll(request.query_param("resourceVersion").value_or("0"));
    const std::string collection(request.path());
    responder->start(200, {{"Content-Type", "application/json"}});
    if (from < oldest) {
      responder->write("{\"type\":\"ERROR\",\"object\":" + status(410, "Expired") + "}\n");
      return responder->finish();
    }
    watches_.push_back({collection, responder});
    responder->on_disconnect([this, gone = responder.get()] {
      std::erase_if(watches_, [gone](const auto& w) { return w.responder.get() == gone; });
    });
    for (const auto& said : said_) {
      if (said.version > from && said.collection == collection) responder->write(said.frame);
    }
  }

  std::map<std::string, std::map<std::string, json::object>> objects_;  // by collection and name
  std::vector<Watch> watches_;
  std::vector<Said> said_;
};

// A loop, a server and a client on it.
struct ApiBench : ::testing::Test {
  // Turns the loop, and calls what is due, until `condition` holds; fails the test when it has not
  // come in half a minute.
  void run_until(const std::function<bool()>& condition) {
    const TimePoint deadline = net::now() + 30s;
    for (;;) {
      time.run_due();
      if (condition()) return;
      io.restart();
      io.run_one_for(std::chrono::seconds(10));
      ASSERT_LT(net::now(), deadline) << "waits for what does not come";
    }
  }
  // Time passes, and all that it brings about between us and the server comes to its end.
  void advance(Duration by) {
    time.advance(by);
    settle();
  }
  // Until nobody has anything more to say.
  void settle() {
    for (int quiet = 0; quiet < 3;) {
      io.restart();
      const bool any = time.run_due() || io.run_for(std::chrono::milliseconds(2)) > 0;
      quiet = any ? 0 : quiet + 1;
    }
  }
  Result<json::object, ApiError> ask(ApiClient& of, ApiCall call) {
    std::optional<Result<json::object, ApiError>> answer;
    of.call(std::move(call), [&](auto got) { answer = std::move(got); });
    EXPECT_FALSE(answer.has_value()) << "never from inside call()";
    run_until([&] { return answer.has_value(); });
    return answer ? *std::move(answer) : ApiError{};
  }
  bool was_told(const std::string& part) const {
    return std::any_of(told.begin(), told.end(),
                       [&](const auto& line) { return line.find(part) != std::string::npos; });
  }

  asio::io_context io{1};
  VirtualSchedule time;
  ScriptedApi api{io};
  ApiClient client{io, time, api.access()};
  std::vector<std::string> told;
};

}  // namespace signalbox::kube::testing
