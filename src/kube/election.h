// SPDX-License-Identifier: Apache-2.0
//
// One of several processes leads: the one that holds a Lease and renews it. The rules are those of
// client-go, which every controller in the cluster goes by:
//
//   - the lease is for 15 s, renewed every 2 s; who could not renew it for 10 s stops leading, 5 s
//     before anybody else may begin;
//   - whether another's lease has run out is judged by how long *we* have seen no change in it,
//   never
//     by the times that stand in it, which are of another clock;
//   - a write says which version it replaces, so that of two who take the lease one fails.
//
// B71: who loses the lease stops writing first. on_lost comes before anything else is done, and
// is_leading() is asked of the clock, so that a process that was stopped for a minute and goes on
// does not believe for a moment that it still leads.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/prng.h"
#include "kube/api_client.h"
#include "kube/lease.h"
#include "kube/resource.h"
#include "kube/schedule.h"

namespace signalbox::kube {

struct ElectionOptions {
  std::string space, name;  // of the Lease
  std::string identity;     // of this process, and of no other: "<pod>_<random>"
  std::string address{};    // told to the followers while we lead
  Duration lease_duration = 15s;
  Duration renew_deadline = 10s;
  Duration retry_period = 2s;
  std::function<void()> on_leading = [] {};
  std::function<void()> on_lost = [] {};
  // Another leads, or nobody does: holder and address.
  std::function<void(const LeaseRecord&)> on_holder = [](const LeaseRecord&) {};
  std::function<void(const std::string&)> tell = [](const std::string&) {};
  std::uint64_t seed = 1;
};

class Election {
 public:
  // `client` and `schedule` outlive it.
  Election(ApiClient& client, Schedule& schedule, ElectionOptions options);
  // As a crash would: the lease runs out by itself. Nobody is called.
  ~Election();
  Election(const Election&) = delete;
  Election& operator=(const Election&) = delete;

  void start();

  // An orderly end: stops leading (on_lost), gives the lease back so that another need not wait for
  // it to run out, and calls `done`; at once, where we do not lead.
  void release(std::function<void()> done);

  // True only while nobody else can be leading. To be asked before each write.
  bool is_leading() const;

  // As it was seen last.
  const std::optional<LeaseRecord>& seen() const { return seen_; }

 private:
  void try_soon(Duration wait);
  void look();
  void on_look(const Result<json::object, ApiError>& answer);
  void observe(const json::object& lease);
  void write(json::object lease, bool is_new);
  void on_written(TimePoint asked_at, const Result<json::object, ApiError>& answer);
  void lose(const std::string& why);
  void call(ApiCall what, ApiClient::Done done);
  LeaseRecord own_record() const;
  Duration pause();

  ApiClient& client_;
  Schedule& schedule_;
  const ElectionOptions options_;
  const Resource resource_;
  Prng random_;

  json::object lease_;  // as it was read or written last, with its version
  std::optional<LeaseRecord> seen_;
  TimePoint seen_at_{};  // when it was seen to change, by our clock
  bool leading_ = false;
  TimePoint renewed_at_{};  // when the renewal that succeeded last was sent
  std::unique_ptr<Alarm> next_, deadline_;
  ApiCallId under_way_ = 0;
  std::string trouble_;
};

}  // namespace signalbox::kube
