// SPDX-License-Identifier: Apache-2.0
//
// What is told of somebody who does not answer, or not what he should: once when it begins, once
// when it becomes another trouble, once when it is over, and not at every poll. A log in which each
// line is news is read.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace signalbox::adapters {

// A question that got no answer that can be used. `kind` is what tells one trouble from another:
// the message may differ from one time to the next.
struct Refusal {
  std::string kind;
  std::string message;
  bool is_patient = false;  // asked on as usual: whoever answered did what he could
};

class Trouble {
 public:
  // `whose` begins each line: "source vllm: llama-l4 at 127.0.0.1:8001".
  Trouble(std::function<void(const std::string&)> tell, std::string whose)
      : tell_(std::move(tell)), whose_(std::move(whose)) {}

  void begin(const Refusal& refusal) {
    ++count_;
    if (refusal.kind == kind_) return;
    kind_ = refusal.kind;
    tell_(whose_ + ": " + refusal.message);
  }

  void end() {
    if (kind_.empty()) return;
    tell_(fmt::format("{}: is well again, after {} {}", whose_, count_,
                      count_ == 1 ? "failure" : "failures"));
    kind_.clear();
    count_ = 0;
  }

  // Failures since it was well.
  std::uint64_t count() const { return count_; }

 private:
  std::function<void(const std::string&)> tell_;
  std::string whose_;
  std::string kind_;  // empty = none
  std::uint64_t count_ = 0;
};

}  // namespace signalbox::adapters
