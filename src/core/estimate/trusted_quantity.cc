// SPDX-License-Identifier: Apache-2.0
//
// Choice, step and confidence; see trusted_quantity.h.
#include "core/estimate/trusted_quantity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace signalbox::core {

namespace {

// How far apart two amounts are, as a factor, >= 1; amounts next to nothing are alike.
double apart(double a, double b) {
  constexpr double kNothing = 1e-9;
  const double low = std::max(kNothing, std::min(std::abs(a), std::abs(b)));
  const double high = std::max(kNothing, std::max(std::abs(a), std::abs(b)));
  return high / low;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return n % 2 == 1 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
}

}  // namespace

std::string TrustedQuantity::observe(const SourceSpec& source, double value,
                                     const std::optional<std::string>& implausible, TimePoint at) {
  auto word = std::find_if(words_.begin(), words_.end(),
                           [&](const Word& each) { return each.source == source.name; });
  if (word == words_.end()) word = words_.insert(word, Word{source.name, 0, {}, {}});
  word->rank = source.rank;
  word->ttl = source.ttl;
  return word->track.observe(value, implausible, at);
}

void TrustedQuantity::set(double value, std::string_view by, TimePoint at) {
  by_hand_ = value_ = target_ = value;
  hand_ = by;
  newest_ = at;
}

void TrustedQuantity::reconfigure(double configured) {
  if (configured == configured_) return;
  // Whoever changed the file knows best what holds from now on.
  configured_ = value_ = target_ = configured;
  by_hand_.reset();
}

void TrustedQuantity::advance(TimePoint now) {
  choose(now);
  const double elapsed_s = advanced_at_ == TimePoint::min() ? 0.0 : to_seconds(now - advanced_at_);
  advanced_at_ = now;
  if (value_ == target_) return;
  // A value near nothing must be able to grow again.
  const double base = std::max(std::abs(value_), 0.1 * std::abs(configured_));
  const double step = base * kStepPerSecond * elapsed_s;
  const double left = target_ - value_;
  value_ = std::abs(left) <= step ? target_ : value_ + std::copysign(step, left);
}

void TrustedQuantity::choose(TimePoint now) {
  contradiction_.clear();
  if (by_hand_) {
    target_ = *by_hand_;
    from_ = hand_;
    confidence_ = 1.0;
    return;
  }
  if (words_.empty()) return;
  // What a source said before it went into quarantine was sound, and ages like any other word.
  const auto is_fresh = [&](const Word& word) {
    return word.track.has_value() && now - word.track.at() <= word.ttl;
  };
  int rank = std::numeric_limits<int>::max();
  for (const Word& word : words_) {
    if (is_fresh(word)) rank = std::min(rank, word.rank);
  }
  std::vector<double> values;
  from_.clear();
  newest_ = TimePoint::min();
  double freshness = 0.0;
  for (const Word& word : words_) {
    if (!is_fresh(word) || word.rank != rank) continue;
    values.push_back(word.track.value());
    from_ += (from_.empty() ? "" : ", ") + word.source;
    newest_ = std::max(newest_, word.track.at());
    // Half the time to live is the pace it is expected to speak at.
    const double age = to_seconds(now - word.track.at()) / to_seconds(word.ttl);
    freshness = std::max(freshness, std::min(1.0, 1.5 - age));
  }
  if (values.empty()) {
    target_ = configured_;
    confidence_ = kConfidenceStale;
    return;
  }
  target_ = median(values);
  double furthest = 1.0;
  for (const Word& word : words_) {
    if (!is_fresh(word)) continue;
    const double factor = apart(word.track.value(), target_);
    furthest = std::max(furthest, factor);
    if (factor < kContradiction || !contradiction_.empty()) continue;
    contradiction_ = fmt::format("{} says {:g}, against {:g} of {}, which {} believed", word.source,
                                 word.track.value(), target_, from_,
                                 values.size() > 1 ? "are (by their median)" : "is");
  }
  // One word alone is weighed against the operator's.
  const double alone =
      values.size() > 1 ? 1.0 : std::min(1.0, kContradiction / apart(target_, configured_));
  confidence_ = freshness * alone / furthest;
}

Estimate TrustedQuantity::estimate(TimePoint now) const {
  Estimate estimate{value_, confidence_, {}, from_};
  if (newest_ != TimePoint::min()) estimate.age = std::max(Duration::zero(), now - newest_);
  return estimate;
}

}  // namespace signalbox::core
