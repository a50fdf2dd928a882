// SPDX-License-Identifier: Apache-2.0
//
// The gates and the quarantine; see source_track.h.
#include "core/estimate/source_track.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

namespace signalbox::core {

namespace {

// Makes the median absolute deviation of normal values their standard deviation.
constexpr double kNormalScale = 1.4826;
constexpr double kPardon = 0.25;  // strikes that one sound value takes back

double median(std::span<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

std::string SourceTrack::observe(double value, const std::optional<std::string>& implausible,
                                 TimePoint at) {
  if (at < heard_) return "it is older than what the source said before";
  heard_ = at;
  if (implausible) {
    suspected_ = 0;
    strike(*implausible, at);
    return *implausible;
  }
  if (quarantined_) {
    if (!joins_suspects(value) || at < until_) {
      return fmt::format("the source is in quarantine: {}", reason_);
    }
    quarantined_ = false;
    strikes_ = 0.0;
    believe_suspects(at);
    return {};
  }
  if (fits(value)) {
    suspected_ = 0;
    strikes_ = std::max(0.0, strikes_ - kPardon);
    if (strikes_ == 0.0 && at - until_ > kLongestQuarantine) next_quarantine_ = kFirstQuarantine;
    believe(value, at);
    return {};
  }
  if (joins_suspects(value)) {
    strikes_ = 0.0;
    believe_suspects(at);
    return {};
  }
  const std::string why = fmt::format(
      "{:g} stands out of what the source said lately ({:g}); it is believed once {} in "
      "a row agree",
      value, this->value(), kAgreeing);
  strike("its values jump about", at);
  return why;
}

void SourceTrack::strike(const std::string& why, TimePoint at) {
  strikes_ = std::min(kStrikesAllowed, strikes_ + 1.0);
  if (strikes_ < kStrikesAllowed) return;
  reason_ = why;
  // One that goes on is not given a new term for every word, but cannot leave either.
  if (quarantined_ && at < until_) return;
  quarantined_ = true;
  until_ = at + next_quarantine_;
  next_quarantine_ = std::min(2 * next_quarantine_, kLongestQuarantine);
}

bool SourceTrack::fits(double value) const {
  if (count_ < kAgreeing) return true;
  std::array<double, kWindow> sorted = window_;
  const std::span<double> known(sorted.data(), count_);
  const double middle = median(known);
  for (double& each : known) each = std::abs(each - middle);
  const double scale = std::max(kNormalScale * median(known), kLeastScale * std::abs(middle));
  return std::abs(value - middle) <= kHampelDeviations * scale;
}

// Whether `value` completes a row of suspects that agree with each other.
bool SourceTrack::joins_suspects(double value) {
  if (suspected_ == kAgreeing) {
    std::rotate(suspects_.begin(), suspects_.begin() + 1, suspects_.end());
    --suspected_;
  }
  const auto agrees = [&](double other) {
    return std::abs(value - other) <=
           kHampelDeviations * kLeastScale * std::max(std::abs(value), std::abs(other));
  };
  for (std::size_t i = 0; i < suspected_; ++i) {
    if (agrees(suspects_[i])) continue;
    suspected_ = 0;
    break;
  }
  suspects_[suspected_++] = value;
  return suspected_ == kAgreeing;
}

void SourceTrack::believe(double value, TimePoint at) {
  window_[next_] = value;
  next_ = (next_ + 1) % kWindow;
  count_ = std::min(count_ + 1, kWindow);
  at_ = at;
}

// What was known before speaks of another level.
void SourceTrack::believe_suspects(TimePoint at) {
  count_ = next_ = 0;
  for (std::size_t i = 0; i < suspected_; ++i) believe(suspects_[i], at);
  suspected_ = 0;
}

}  // namespace signalbox::core
