// SPDX-License-Identifier: Apache-2.0
//
// RoutedServices and DeploymentUnits of a cluster: watched, composed with the file into one
// configuration, and told in their status what became of them. An object that is refused keeps its
// last good spec in force; that spec stands in its status, so that a controller that starts anew
// goes by it too (B72).
//
// Everybody reads; only who leads writes, and asks whether he does before each write (B71).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/compose.h"
#include "core/model/fleet_view.h"
#include "kube/api_client.h"
#include "kube/informer.h"
#include "kube/schedule.h"
#include "observe/mode_history.h"

namespace signalbox::resources {

struct ResourceKeeperOptions {
  std::string file;         // the configuration file's text
  std::string file_name;    // for messages
  Duration gather = 200ms;  // after a change, until the whole is composed: changes come in crowds
  Duration figures = 10s;   // between two writes of a status in which only figures moved
  Duration again = 10s;     // after a status that could not be written
  std::uint64_t seed = 1;
};

class ResourceKeeper {
 public:
  // Called on the loop, never from inside a call of the keeper's.
  struct Ports {
    // The configuration is another now.
    std::function<void(const config::Composition&)> adopt;
    std::function<bool()> is_leading = [] { return true; };
    std::function<void(const std::string&)> tell = [](const std::string&) {};
    // Objects to go by while the API server does not answer, by Resource::label().
    std::function<std::vector<kube::KubeObject>(const std::string& label)> earlier =
        [](const std::string&) { return std::vector<kube::KubeObject>{}; };
  };

  // `client` and `schedule` outlive it.
  ResourceKeeper(kube::ApiClient& client, kube::Schedule& schedule, ResourceKeeperOptions options,
                 Ports ports);
  ~ResourceKeeper();
  ResourceKeeper(const ResourceKeeper&) = delete;
  ResourceKeeper& operator=(const ResourceKeeper&) = delete;

  void start();
  void stop();

  // The file says something else now. Returns what is wrong with it; then nothing changes.
  std::string set_file(std::string text);

  // What is in force, for the status of all.
  void on_plan(const core::Plan& plan) { history_.record(plan); }
  void on_view(std::shared_ptr<const core::FleetView> view);

  // Both kinds were listed once, or are not installed.
  bool is_synced() const;
  // Likewise, or a snapshot stands in for them.
  bool has_begun() const;
  // What the caches hold, for a snapshot.
  std::map<std::string, std::vector<kube::KubeObject>> objects() const;

 private:
  struct Watched;  // one kind

  // What is known of one object beside itself.
  struct Record {
    config::Verdict verdict;
    std::string in_force;          // the spec that is, as JSON; empty = none
    std::int64_t generation = 0;   // that the verdict is of
    kube::json::object written{};  // the status as we wrote it last
    TimePoint written_at = TimePoint::min();
    TimePoint again_at = TimePoint::min();  // after a write that failed
    kube::ApiCallId under_way = 0;
  };

  void changed();
  void compose();
  std::vector<config::Supplement> supplements();
  void write_statuses();
  void write_status(const Watched& kind, const kube::KubeObject& object, Record& record);
  Record& record_of(const Watched& kind, const kube::json::object& object);

  kube::ApiClient& client_;
  kube::Schedule& schedule_;
  ResourceKeeperOptions options_;
  const Ports ports_;
  std::vector<std::unique_ptr<Watched>> kinds_;
  std::map<std::string, Record> records_;  // by kind and key
  std::unique_ptr<kube::Alarm> gathering_;
  std::string composed_;  // the text in force
  observe::ModeHistory history_;
  std::shared_ptr<const core::FleetView> view_;
  bool started_ = false;
};

}  // namespace signalbox::resources
