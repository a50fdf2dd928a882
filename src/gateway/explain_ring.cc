// SPDX-License-Identifier: Apache-2.0
//
// A ring for each loop; see explain_ring.h.
#include "gateway/explain_ring.h"

#include <charconv>
#include <utility>

#include "net/clock.h"

namespace signalbox::gateway {

namespace {

constexpr std::size_t kCacheLine = 64;
// Of a story's steps: the head of the first and a few candidates, as far as they are mostly used.
constexpr std::size_t kPrefetched = 6 * kCacheLine;

// What the story of an ordinary request needs. A place that held one which needed more gives that
// back: kept, it would in time be there in every place, and memory would creep up for weeks.
constexpr std::size_t kUsualSteps = 1;
constexpr std::size_t kUsualPath = 128;

void make_usual(observe::RequestStory& story) {
  if (story.steps.capacity() > kUsualSteps) std::vector<observe::StoryStep>().swap(story.steps);
  if (story.path.capacity() > kUsualPath) std::string().swap(story.path);
}

}  // namespace

std::string format_id(RequestId id) {
  std::string text(16, '0');
  for (std::size_t i = 0; i < text.size(); ++i) {
    text[text.size() - 1 - i] = "0123456789abcdef"[(id.value >> (4 * i)) & 0xf];
  }
  return text;
}

std::optional<RequestId> parse_id(std::string_view text) {
  constexpr std::size_t kMaxDigits = 16;
  if (text.empty() || text.size() > kMaxDigits) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return RequestId(value);
}

ExplainRing::ExplainRing(std::size_t capacity, std::size_t loops)
    : per_loop_((capacity + loops - 1) / loops) {
  for (std::size_t i = 0; i < loops; ++i) stripes_.push_back(std::make_unique<Stripe>());
}

ExplainRing::Stripe* ExplainRing::stripe_of(RequestId id) const {
  const std::uint64_t loop = loop_of(id);
  return per_loop_ > 0 && loop < stripes_.size() ? stripes_[loop].get() : nullptr;
}

const ExplainRing::Entry* ExplainRing::entry(const Stripe& stripe, RequestId id) const {
  const std::size_t at = sequence_of(id) % per_loop_;
  return at < stripe.entries.size() && stripe.entries[at].id == id ? &stripe.entries[at] : nullptr;
}

observe::RequestStory* ExplainRing::story(Stripe& stripe, RequestId id) {
  const Entry* const kept = entry(stripe, id);
  return kept != nullptr ? &stripe.entries[sequence_of(id) % per_loop_].story : nullptr;
}

// The ring is larger than a processor's nearer caches, and its next places are known: by the time
// they are needed they have come.
void ExplainRing::prefetch(const Stripe& stripe, std::size_t at) {
  constexpr std::size_t kAhead = 4;
  const std::size_t places = stripe.entries.size();
  if (at + 2 * kAhead >= places) return;
  const observe::RequestStory& next = stripe.entries[at + kAhead].story;
  if (next.steps.capacity() == 0) return;  // the first time round
  const auto* const steps = reinterpret_cast<const char*>(next.steps.data());
  for (std::size_t line = 0; line < kPrefetched; line += kCacheLine) {
    __builtin_prefetch(steps + line, 1);
  }
  const auto* const entry = reinterpret_cast<const char*>(&stripe.entries[at + 2 * kAhead]);
  for (std::size_t line = 0; line < sizeof(Entry); line += kCacheLine) {
    __builtin_prefetch(entry + line, 1);
  }
}

void ExplainRing::began(RequestId id, std::string_view method, std::string_view path) {
  Stripe* const stripe = stripe_of(id);
  if (stripe == nullptr) return;
  const std::int64_t started_at = net::unix_nanos();
  const std::lock_guard lock(stripe->mutex);
  const std::size_t at = sequence_of(id) % per_loop_;
  if (at >= stripe->entries.size()) stripe->entries.resize(at + 1);
  prefetch(*stripe, at);
  Entry& entry = stripe->entries[at];
  entry.id = id;
  observe::RequestStory& story = entry.story;
  make_usual(story);
  story.method = method;
  story.path = path;
  story.started_at = started_at;
  story.steps.clear();
  story.status = 0;
  story.finished = false;
  story.time_to_first_byte = story.duration = {};
}

void ExplainRing::decided(const core::Decision& decision,
                          const std::shared_ptr<const core::FleetView>& view) {
  Stripe* const stripe = stripe_of(decision.request);
  if (stripe == nullptr) return;
  const std::lock_guard lock(stripe->mutex);
  if (auto* kept = story(*stripe, decision.request)) {
    kept->steps.push_back({decision, view, std::nullopt});
  }
}

void ExplainRing::observed(RequestId id, const core::Outcome& outcome) {
  Stripe* const stripe = stripe_of(id);
  if (stripe == nullptr) return;
  const std::lock_guard lock(stripe->mutex);
  auto* kept = story(*stripe, id);
  if (kept != nullptr && !kept->steps.empty()) kept->steps.back().outcome = outcome;
}

void ExplainRing::finished(RequestId id, int status, Duration time_to_first_byte,
                           Duration duration) {
  Stripe* const stripe = stripe_of(id);
  if (stripe == nullptr) return;
  const std::lock_guard lock(stripe->mutex);
  if (auto* kept = story(*stripe, id)) {
    kept->status = status;
    kept->finished = true;
    kept->time_to_first_byte = time_to_first_byte;
    kept->duration = duration;
  }
}

std::optional<observe::RequestStory> ExplainRing::find(RequestId id) const {
  const Stripe* const stripe = stripe_of(id);
  if (stripe == nullptr) return std::nullopt;
  const std::lock_guard lock(stripe->mutex);
  const Entry* const kept = entry(*stripe, id);
  if (kept == nullptr || kept->story.steps.empty()) return std::nullopt;
  observe::RequestStory story = kept->story;
  story.request_id = format_id(id);
  return story;
}

}  // namespace signalbox::gateway
