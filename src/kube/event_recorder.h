// SPDX-License-Identifier: Apache-2.0
//
// What we did to an object, where people look for it: `kubectl describe`. The same thing said again
// within ten minutes raises the count of the Event that is there instead of making another.
#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <map>
#include <string>

#include "kube/api_client.h"
#include "kube/schedule.h"

namespace signalbox::kube {

struct EventAbout {
  std::string api_version, kind, space, name, uid;
};

class EventRecorder {
 public:
  // `component` and `instance` say who we are. `client` and `schedule` outlive it, and its calls do
  // not outlive `client`.
  EventRecorder(ApiClient& client, Schedule& schedule, std::string component, std::string instance);

  // Fire and forget: an Event that cannot be written is not worth a second try.
  void normal(const EventAbout& about, const std::string& reason, const std::string& message);
  void warning(const EventAbout& about, const std::string& reason, const std::string& message);

 private:
  struct Known {
    std::string space, name;
    int count = 1;
    TimePoint at{};
  };
  void record(const char* type, const EventAbout& about, const std::string& reason,
              const std::string& message);
  void forget_old();

  static constexpr std::size_t kMostKnown = 512;
  static constexpr Duration kSame = 10min;

  ApiClient& client_;
  Schedule& schedule_;
  const std::string component_, instance_;
  std::map<std::string, Known> known_;
};

}  // namespace signalbox::kube
