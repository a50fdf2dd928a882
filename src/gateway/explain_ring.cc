// SPDX-License-Identifier: Apache-2.0
//
// A map with an age order; see explain_ring.h.
#include "gateway/explain_ring.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "net/clock.h"

namespace signalbox::gateway {

std::string format_id(RequestId id) { return fmt::format("{:016x}", id.value); }

std::optional<RequestId> parse_id(std::string_view text) {
  constexpr std::size_t kMaxDigits = 16;
  if (text.empty() || text.size() > kMaxDigits) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return RequestId(value);
}

observe::RequestStory* ExplainRing::story(RequestId id) {
  const auto found = stories_.find(id);
  return found == stories_.end() ? nullptr : &found->second;
}

void ExplainRing::began(RequestId id, std::string_view method, std::string_view path) {
  if (capacity_ == 0) return;
  observe::RequestStory story;
  story.request_id = format_id(id);
  story.method = method;
  story.path = path;
  story.started_at = net::unix_nanos();
  const std::lock_guard lock(mutex_);
  if (order_.size() >= capacity_) {
    stories_.erase(order_.front());
    order_.pop_front();
  }
  stories_.emplace(id, std::move(story));
  order_.push_back(id);
}

void ExplainRing::decided(const core::Decision& decision,
                          std::shared_ptr<const core::FleetView> view) {
  const std::lock_guard lock(mutex_);
  if (auto* kept = story(decision.request)) {
    kept->steps.push_back({decision, std::move(view), std::nullopt});
  }
}

void ExplainRing::observed(RequestId id, const core::Outcome& outcome) {
  const std::lock_guard lock(mutex_);
  auto* kept = story(id);
  if (kept != nullptr && !kept->steps.empty()) kept->steps.back().outcome = outcome;
}

void ExplainRing::finished(RequestId id, int status, Duration time_to_first_byte,
                           Duration duration) {
  const std::lock_guard lock(mutex_);
  if (auto* kept = story(id)) {
    kept->status = status;
    kept->finished = true;
    kept->time_to_first_byte = time_to_first_byte;
    kept->duration = duration;
  }
}

std::optional<observe::RequestStory> ExplainRing::find(RequestId id) const {
  const std::lock_guard lock(mutex_);
  const auto found = stories_.find(id);
  if (found == stories_.end() || found->second.steps.empty()) return std::nullopt;
  return found->second;
}

}  // namespace signalbox::gateway
