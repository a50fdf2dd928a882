// SPDX-License-Identifier: Apache-2.0
//
// core/v1 Events, which every tool shows. See event_recorder.h;
// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
#include "kube/event_recorder.h"

#include <fmt/format.h>

#include <utility>

#include "kube/lease.h"

namespace signalbox::kube {

namespace {

const Resource kEvents{"", "v1", "events"};

constexpr std::size_t kMostMessage = 1024;  // the API server's own bound

}  // namespace

EventRecorder::EventRecorder(ApiClient& client, Schedule& schedule, std::string component,
                             std::string instance)
    : client_(client),
      schedule_(schedule),
      component_(std::move(component)),
      instance_(std::move(instance)) {}

void EventRecorder::normal(const EventAbout& about, const std::string& reason,
                           const std::string& message) {
  record("Normal", about, reason, message);
}

void EventRecorder::warning(const EventAbout& about, const std::string& reason,
                            const std::string& message) {
  record("Warning", about, reason, message);
}

void EventRecorder::record(const char* type, const EventAbout& about, const std::string& reason,
                           const std::string& message) {
  forget_old();
  const std::string text = message.substr(0, kMostMessage);
  const std::string now = second_time(schedule_.unix_nanos());
  // Of what lies in no namespace: in "default", as the API server wants it.
  const std::string space = about.space.empty() ? "default" : about.space;
  const std::string key =
      fmt::format("{}\n{}\n{}\n{}\n{}", type, about.kind,
                  about.uid.empty() ? space + "/" + about.name : about.uid, reason, text);
  const auto at = known_.find(key);
  if (at != known_.end()) {
    at->second.at = schedule_.now();
    client_.call(merge_call(kEvents, space, at->second.name,
                            {{"count", ++at->second.count}, {"lastTimestamp", now}}),
                 [](const auto&) {});
    return;
  }
  const std::string name = fmt::format("{}.{:x}", about.name, schedule_.unix_nanos());
  known_[key] = {space, name, 1, schedule_.now()};
  client_.call(create_call(kEvents, space,
                           {{"apiVersion", "v1"},
                            {"kind", "Event"},
                            {"metadata", {{"name", name}, {"namespace", space}}},
                            {"involvedObject",
                             {{"apiVersion", about.api_version},
                              {"kind", about.kind},
                              {"namespace", about.space},
                              {"name", about.name},
                              {"uid", about.uid}}},
                            {"reason", reason},
                            {"message", text},
                            {"type", type},
                            {"count", 1},
                            {"firstTimestamp", now},
                            {"lastTimestamp", now},
                            {"source", {{"component", component_}, {"host", instance_}}},
                            {"reportingComponent", component_},
                            {"reportingInstance", instance_}}),
               [](const auto&) {});
}

void EventRecorder::forget_old() {
  const TimePoint now = schedule_.now();
  std::erase_if(known_, [now](const auto& entry) { return now - entry.second.at > kSame; });
  if (known_.size() >= kMostKnown) known_.clear();
}

}  // namespace signalbox::kube
