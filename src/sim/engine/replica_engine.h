// SPDX-License-Identifier: Apache-2.0
//
// One replica as a pure state machine: jobs in, started / token / finished out, time an argument.
// The emulator drives it by real timers behind real sockets, the simulator by a virtual clock, so
// both show the same accelerator. All jobs in service share one work clock that load and slowdown
// slow down together; a job's milestones are fixed readings of that clock, so a change of load
// moves every finish correctly without touching any job. While a language model reads a prompt, the
// clock stands still.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "sim/engine/fifo.h"
#include "sim/engine/service_model.h"

namespace signalbox::sim {

using JobId = Id<struct JobTag, std::uint64_t>;

struct Job {
  JobId id;
  double factor = 1.0;    // size against the profile's reference request; belongs to the request,
                          // and says nothing to a language model, where tokens are the size
  int output_tokens = 0;  // > 0: a stream of this many tokens
  int prompt_tokens = 0;  // language models only
  bool every_token = false;  // report each token, not only the first
};

struct JobEvent {
  enum class Kind : std::uint8_t { kStarted, kToken, kFinished };
  JobId job;
  TimePoint at;  // exact, never after the `now` it was asked for
  Kind kind;
  int token = 0;  // 1, 2, ... for kToken
};

// Serves first come first served: up to `slots` jobs side by side or decoding together, or batch by
// batch. A batch takes as long as its largest member and hands out no tokens before its end. A
// language model's job starts when it gets its slot, gives its first token when its prompt has been
// read, and one more per decoding step. Every input first brings the replica to `now` and appends
// what happened on the way. REQUIRES throughout: `now` never goes back, `model` outlives the
// engine, ids in the replica at one time are distinct.
class ReplicaEngine {
 public:
  explicit ReplicaEngine(const ServiceModel& model, TimePoint now = {});

  // REQUIRES: job.factor > 0, token counts >= 0
  void arrive(const Job& job, TimePoint now, std::vector<JobEvent>& out);

  // Takes the job out, queued or in service, and frees its slot at once; false if it is not here
  // (any more). A batch goes on without its cancelled members until all of them are.
  bool cancel(JobId job, TimePoint now, std::vector<JobEvent>& out);

  // Work takes `slowdown` times as long from `now` on, what is left of jobs in service included;
  // infinity stops it. REQUIRES: slowdown > 0
  void set_slowdown(double slowdown, TimePoint now, std::vector<JobEvent>& out);

  // When advance() must be called next; nullopt while nothing can happen by itself.
  std::optional<TimePoint> next_event() const {
    return due_ == TimePoint::max() ? std::nullopt : std::optional(due_);
  }

  void advance(TimePoint now, std::vector<JobEvent>& out);

  int in_service() const { return serving_; }
  std::size_t queued() const { return queue_.size(); }
  std::uint64_t finished() const { return finished_; }
  // Time with at least one job in service, up to the latest `now` given.
  Duration busy_time() const { return busy_; }

 private:
  // A job being served; milestones are readings of the work clock, in nanoseconds of work.
  struct InService {
    JobId id;
    double milestone;  // the next token, or the finish
    double gap;        // between tokens
    int tokens;        // in all; 0 when it does not stream
    int next_token;    // 1-based; the milestone gives it
    bool every_token;
  };

  void start_queued(std::vector<JobEvent>& out);
  void start_batch(std::vector<JobEvent>& out);
  void begin(const Job& job, std::vector<JobEvent>& out);
  void begin_stream(const Job& job);
  void read_next_prompt();
  void reach_milestone(std::vector<JobEvent>& out);
  void end_prompt(std::vector<JobEvent>& out);
  bool erase_in_service(JobId job);
  bool erase_prompt(JobId job);
  void finish(JobId job, std::vector<JobEvent>& out);
  void set_pace();
  void pass_time(TimePoint to);
  void schedule();

  const ServiceModel* model_;
  TimePoint at_;             // the moment the fields below describe
  double work_clock_ = 0.0;  // restarted whenever nothing runs by it, which keeps it exact
  double pace_ = 1.0;        // work done per nanosecond
  double slowdown_ = 1.0;
  TimePoint due_ = TimePoint::max();   // when the next milestone, or the prompt's end, is reached
  std::size_t due_index_ = 0;          // of the milestone in in_service_
  int batch_size_ = 0;                 // jobs the running batch began with
  int paced_for_ = 0;                  // jobs at work that pace_ was computed for; 0 = never
  int serving_ = 0;                    // jobs in in_service_ and prompts_
  std::vector<InService> in_service_;  // in order of start; of a language model those decoding
  double prompt_left_ = 0.0;           // work left of the first of prompts_
  Fifo<Job> prompts_;                  // jobs with a slot whose prompt is not read yet
  Fifo<Job> queue_;
  std::uint64_t finished_ = 0;
  Duration busy_{0};
};

}  // namespace signalbox::sim
