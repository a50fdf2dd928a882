// SPDX-License-Identifier: Apache-2.0
//
// A work clock that runs slower the more share it, as in a processor-sharing queue: what is left of
// a request is a reading of that clock, so a change of load moves every finish without touching any
// request. Batches need no clock, only the next one's beginning.
#include "core/estimate/served_line.h"

#include <algorithm>
#include <limits>
#include <queue>
#include <utility>

#include "base/assert.h"
#include "base/distributions.h"
#include "base/prng.h"

namespace signalbox::core {

namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

class SharedServer {
 public:
  SharedServer(const ServerModel& server, std::span<const Arrival> arrivals)
      : server_(server),
        arrivals_(arrivals),
        reads_first_(server.grouping == Grouping::kPromptsFirst),
        served_(arrivals.size()) {}

  std::vector<ServedTimes> run() {
    std::size_t next = 0;
    while (next < arrivals_.size() || in_server_ > 0) {
      const double arrival = next < arrivals_.size() ? arrivals_[next].at_s : kNever;
      const double due = next_due();
      if (arrival < due) {
        pass(arrival);
        waiting_.push(next++);
      } else {
        pass(due);
        reach();
      }
      admit();
    }
    return std::move(served_);
  }

 private:
  struct Milestone {
    double at;  // reading of the work clock
    std::size_t request;
    bool is_first_token;
    bool operator>(const Milestone& other) const { return at > other.at; }
  };

  double pace() const {
    const int sharing = static_cast<int>(writing_);
    return 1.0 / server_.time_s[static_cast<std::size_t>(std::max(sharing, 1) - 1)];
  }
  double reading_time(std::size_t request) const {
    return server_.first_token_s + server_.per_prompt_s * arrivals_[request].prompt_tokens;
  }

  double next_due() const {
    if (!prompts_.empty()) return prompt_due_;
    if (milestones_.empty()) return kNever;
    return now_ + (milestones_.top().at - clock_) / pace();
  }

  void pass(double to) {
    if (prompts_.empty() && !milestones_.empty()) clock_ += (to - now_) * pace();
    now_ = to;
  }

  void reach() {
    if (!prompts_.empty()) {
      const std::size_t request = prompts_.front();
      prompts_.pop();
      tell_first(request);
      write(request, arrivals_[request].output_tokens - 1.0);
      if (!prompts_.empty()) prompt_due_ = now_ + reading_time(prompts_.front());
      return;
    }
    const Milestone milestone = milestones_.top();
    milestones_.pop();
    clock_ = milestone.at;
    if (milestone.is_first_token) {
      tell_first(milestone.request);
    } else {
      finish(milestone.request);
    }
  }

  void tell_first(std::size_t request) {
    served_[request].first_token_s = now_ - arrivals_[request].at_s + server_.overhead_s;
  }

  void finish(std::size_t request) {
    served_[request].done_s = now_ - arrivals_[request].at_s + server_.overhead_s;
    if (!server_.in_tokens) served_[request].first_token_s = served_[request].done_s;
    --writing_;
    --in_server_;
    if (writing_ == 0) clock_ = 0.0;
  }

  void write(std::size_t request, double work) {
    ++writing_;
    if (work > 0.0) {
      milestones_.push({clock_ + work, request, false});
    } else {
      finish(request);
    }
  }

  void admit() {
    while (!waiting_.empty() && in_server_ < server_.slots()) {
      const std::size_t request = waiting_.front();
      waiting_.pop();
      ++in_server_;
      if (reads_first_) {
        if (prompts_.empty()) prompt_due_ = now_ + reading_time(request);
        prompts_.push(request);
      } else if (server_.in_tokens) {
        // The reading, in tokens' time: side by side it is slowed down as the writing is.
        const double reading = reading_time(request) / server_.time_s.front();
        milestones_.push({clock_ + reading, request, true});
        write(request, reading + std::max(arrivals_[request].output_tokens - 1.0, 1e-9));
      } else {
        write(request, arrivals_[request].size);
      }
    }
  }

  const ServerModel& server_;
  std::span<const Arrival> arrivals_;
  const bool reads_first_;
  std::vector<ServedTimes> served_;
  double now_ = 0.0;
  double clock_ = 0.0;
  double prompt_due_ = 0.0;
  int in_server_ = 0;
  int writing_ = 0;
  std::queue<std::size_t> waiting_, prompts_;
  std::priority_queue<Milestone, std::vector<Milestone>, std::greater<>> milestones_;
};

std::vector<ServedTimes> serve_batches(const ServerModel& server,
                                       std::span<const Arrival> arrivals) {
  std::vector<ServedTimes> served(arrivals.size());
  const auto most = static_cast<std::size_t>(server.slots());
  double free_at = 0.0;
  for (std::size_t first = 0; first < arrivals.size();) {
    const double begins = std::max(free_at, arrivals[first].at_s);
    std::size_t end = first;
    double largest = 0.0;
    while (end < arrivals.size() && end - first < most && arrivals[end].at_s <= begins) {
      largest = std::max(largest, arrivals[end++].size);
    }
    free_at = begins + largest * server.time_s[end - first - 1];
    for (; first < end; ++first) {
      const double took = free_at - arrivals[first].at_s + server.overhead_s;
      served[first] = {took, took};
    }
  }
  return served;
}

}  // namespace

std::vector<ServedTimes> serve(const ServerModel& server, std::span<const Arrival> arrivals) {
  SIGNALBOX_ASSERT(server.slots() >= 1);
  if (server.grouping == Grouping::kBatches) return serve_batches(server, arrivals);
  return SharedServer(server, arrivals).run();
}

std::vector<Arrival> poisson_arrivals(double rate_per_s, int count, const Arrival& like,
                                      std::span<const double> sizes, std::uint64_t seed) {
  SIGNALBOX_ASSERT(rate_per_s > 0.0 && count >= 0);
  Prng prng(seed);
  std::vector<Arrival> arrivals;
  arrivals.reserve(static_cast<std::size_t>(count));
  double at = 0.0;
  for (int i = 0; i < count; ++i) {
    at += draw_exponential(prng, 1.0) / rate_per_s;
    Arrival arrival = like;
    arrival.at_s = at;
    const std::uint64_t pick = prng.next();
    if (!sizes.empty()) arrival.size = sizes[static_cast<std::size_t>(pick % sizes.size())];
    arrivals.push_back(arrival);
  }
  return arrivals;
}

}  // namespace signalbox::core
