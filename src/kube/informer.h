// SPDX-License-Identifier: Apache-2.0
//
// Keeps a cache of one resource in step with the API server: lists it once, watches it from there,
// and tells of every change. All that goes wrong with that is dealt with here, and nobody who
// listens sees more of it than differences:
//
//   B68  no answer: the cache stays, the server is asked again, ever more rarely; at boot a
//   snapshot
//        stands in until the first list
//   B69  a watch that is too old (410, as a status or as a frame): listed again after a random
//   rest,
//        and compared with the cache
//   B70  a list that is suddenly empty: held back until a second one, after a rest, says the same
//
// A watch that says nothing and does not end is cut; a resource that is not there (its CRD is not
// installed) is asked for each minute.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/prng.h"
#include "kube/api_client.h"
#include "kube/back_off.h"
#include "kube/object_cache.h"
#include "kube/resource.h"
#include "kube/schedule.h"
#include "kube/watch_frames.h"

namespace signalbox::kube {

struct InformerOptions {
  Resource resource;
  CacheEvents events;
  // A first list is in the cache, or the resource is not there at all; called once.
  std::function<void()> on_synced = [] {};
  // Objects to go by when the first list fails; see snapshot_file.h.
  std::function<std::vector<KubeObject>()> fallback = [] { return std::vector<KubeObject>{}; };
  // For the log: troubles when they begin, change and end.
  std::function<void(const std::string&)> tell = [](const std::string&) {};
  int page = 500;  // objects of one answer
  std::uint64_t seed = 1;
};

class Informer {
 public:
  // Where it stands.
  enum class Standing {
    kAbsent,  // the resource is not there
    kStale,   // what is in the cache was so once: the server does not answer, or has yet to
    kLive,    // what is in the cache is so
  };

  // `client` and `schedule` outlive it.
  Informer(ApiClient& client, Schedule& schedule, InformerOptions options);
  ~Informer();
  Informer(const Informer&) = delete;
  Informer& operator=(const Informer&) = delete;

  void start();
  // Nothing is told after this; the cache stays as it is.
  void stop();

  const ObjectCache& cache() const { return cache_; }
  Standing standing() const { return standing_; }
  bool is_synced() const { return synced_; }
  // Or the fallback stands in: there is no more to wait for.
  bool has_begun() const { return synced_ || fell_back_; }
  // Removals are being held back (B70).
  bool is_holding() const { return holding_; }
  const Resource& resource() const { return options_.resource; }

 private:
  void list_after(Duration wait);
  void list(const std::string& continues);
  void on_page(const Result<json::object, ApiError>& answer);
  void on_whole_list();
  void on_list_failed(const ApiError& error);
  void on_absent();
  void watch();
  void on_frame(WatchFrame frame);
  void on_watch_end(const Result<json::object, ApiError>& answer);
  void end_watch_soon();
  void cut_watch(const std::string& why);
  void live();
  void trouble(const std::string& kind, const std::string& message);
  void synced();

  ApiClient& client_;
  Schedule& schedule_;
  const InformerOptions options_;
  Prng random_;
  ObjectCache cache_;
  BackOff back_off_;
  std::unique_ptr<Alarm> alarm_;     // the next step
  std::unique_ptr<Alarm> patience_;  // with a watch that says nothing
  ApiCallId under_way_ = 0;
  bool started_ = false;

  std::vector<KubeObject> incoming_;  // pages of the list that is being read
  std::string version_;               // where the next watch begins
  std::unique_ptr<WatchFrames> frames_;
  TimePoint watch_began_{};
  bool watch_spoke_ = false;
  std::optional<ApiError> watch_error_;  // said in a frame

  Standing standing_ = Standing::kStale;
  bool synced_ = false;
  bool holding_ = false;
  bool fell_back_ = false;
  std::string trouble_;  // its kind; empty = none
};

}  // namespace signalbox::kube
