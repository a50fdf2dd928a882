// SPDX-License-Identifier: Apache-2.0
//
// One load, from its plan to what came of it. Two kinds: so many requests kept in flight (closed),
// which shows how fast a unit is, and arrivals at a rate whatever the answers do (open), which
// shows what clients will see. Times are seconds since the measurement began.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/prng.h"
#include "base/time.h"

namespace signalbox::profiler {

// A request to be sent at `due`; lengths are of chats, 0 = of no concern.
struct Send {
  std::uint64_t id = 0;
  TimePoint due = {};
  int prompt_tokens = 0;
  int output_tokens = 0;
};

// What became of it.
struct Outcome {
  bool ok = true;
  std::string problem = {};                   // when not ok: for people
  std::optional<TimePoint> first_token = {};  // of a streamed answer
  int prompt_tokens = 0;                      // as the unit counted them; 0 = it did not
  int output_tokens = 0;
  Duration token_gap = {};  // the median time between its tokens; 0 = not seen
};

// A request that was answered, or failed.
struct Record {
  double due_s = 0.0;
  double done_s = 0.0;
  bool ok = true;
  int in_flight = 1;           // when it was sent, itself included
  double first_token_s = 0.0;  // since due; 0 = not streamed
  int prompt_tokens = 0;
  int output_tokens = 0;
  double token_gap_s = 0.0;

  double latency_s() const { return done_s - due_s; }
};

struct StagePlan {
  std::string what = {};    // for people: what is being done
  int in_flight = 0;        // > 0: closed
  double rate_per_s = 0.0;  // else open
  double stagger_s = 0.0;   // closed: the first requests are spread over this time
  double most_s = 0.0;      // of sending
  int requests = 0;         // at most; 0 = any number
  int bound = 0;            // open: more in flight than this is hopeless
  int prompt_tokens = 0;
  int short_prompt_tokens = 0;  // > 0: every other request has this instead
  int output_tokens = 0;

  bool is_open() const { return in_flight == 0; }
};

struct StageResult {
  StagePlan plan;
  double began_s = 0.0;
  double stopped_s = 0.0;  // sending
  int most_in_flight = 0;
  bool broken_off = false;
  std::vector<Record> records;  // in order of completion
  std::string problem;          // of the last request that failed

  int errors() const;
};

// A stage under way. Time never goes back.
class Stage {
 public:
  // `began` and all times given later are on one axis, whose zero is `origin`.
  Stage(StagePlan plan, std::uint64_t first_id, Prng prng, TimePoint origin, TimePoint began);

  // Requests that are due by now; those of an open stage with the moment they were due.
  std::vector<Send> poll(TimePoint now);
  // REQUIRES: `id` was sent by this stage and has no outcome yet.
  void on_outcome(std::uint64_t id, const Outcome& outcome, TimePoint now);
  // When poll() has something to do by itself; nullopt while only outcomes can bring it on.
  std::optional<TimePoint> next_deadline() const;

  // Sends nothing more; what is in flight may be answered.
  void stop(TimePoint now);
  bool is_over() const { return stopped_ && in_flight_ == 0; }
  bool is_stopped() const { return stopped_; }
  int in_flight() const { return in_flight_; }
  std::uint64_t next_id() const { return first_id_ + sent_.size(); }

  // What it has shown so far.
  const StageResult& result() const { return result_; }

 private:
  struct Sent {
    TimePoint due;
    int in_flight;
    int prompt_tokens;
    bool open = true;
  };

  double seconds(TimePoint at) const { return to_seconds(at - origin_); }
  void send(TimePoint due, std::vector<Send>& out);
  bool may_send(TimePoint now) const;
  void draw_next();

  StagePlan plan_;
  std::uint64_t first_id_;
  Prng prng_;
  TimePoint origin_, began_;
  TimePoint next_;   // arrival of an open stage, or staggered beginning of a closed one
  int started_ = 0;  // closed: of the first requests
  int owed_ = 0;     // closed: answers that ask for another request
  bool stopped_ = false;
  int in_flight_ = 0;
  std::vector<Sent> sent_;  // by id - first_id_
  StageResult result_;
};

}  // namespace signalbox::profiler
