// SPDX-License-Identifier: Apache-2.0
//
// How fast requests come, as a function of time since a workload's start. Besides its value a rate
// curve gives its integral, for those who plan on expectations, and cuts time into pieces with
// bounds: a generator that knows both bounds of a piece needs the curve itself only for the few
// candidates that fall between them, which is what makes thinning fast.
#pragma once

#include <concepts>
#include <memory>
#include <utility>

#include "base/time.h"

namespace signalbox::sim {

// Between the instant asked about and `until` (exclusive, later) the rate lies within the bounds.
struct RatePiece {
  Duration until;
  double low_per_s = 0.0;
  double high_per_s = 0.0;
};

// Times are since the workload's start, never negative.
template <class R>
concept Rate = requires(const R& rate, Duration t) {
  { rate.rate_per_s(t) } -> std::convertible_to<double>;
  { rate.expected_count(t, t) } -> std::convertible_to<double>;  // the integral over [from, to)
  { rate.piece_at(t) } -> std::same_as<RatePiece>;
};

// The same rate all the time.
struct ConstantRate {
  double peak_per_s = 1.0;

  double rate_per_s(Duration) const { return peak_per_s; }
  double expected_count(Duration from, Duration to) const {
    return peak_per_s * to_seconds(to - from);
  }
  RatePiece piece_at(Duration) const { return {Duration::max(), peak_per_s, peak_per_s}; }
};

// The paper's waves: lambda(t) = peak * (1 - cos(2 pi t / period)) / 2, from a trough at t = 0.
// REQUIRES: 1 us <= period <= 1 year.
struct CosineRate {
  double peak_per_s = 1.0;
  Duration period = 900min;

  double rate_per_s(Duration since_start) const;
  double expected_count(Duration from, Duration to) const;
  RatePiece piece_at(Duration since_start) const;
};

// Any of the curves, so that one can be built on another at run time. Copies share it.
class AnyRate {
 public:
  template <class R>
    requires(!std::same_as<R, AnyRate> && Rate<R>)
  AnyRate(R rate)  // NOLINT: implicit, every curve is one
      : rate_(std::make_shared<const Model<R>>(std::move(rate))) {}

  double rate_per_s(Duration since_start) const { return rate_->rate_per_s(since_start); }
  double expected_count(Duration from, Duration to) const {
    return rate_->expected_count(from, to);
  }
  RatePiece piece_at(Duration since_start) const { return rate_->piece_at(since_start); }

 private:
  struct Port {
    virtual ~Port() = default;
    virtual double rate_per_s(Duration) const = 0;
    virtual double expected_count(Duration, Duration) const = 0;
    virtual RatePiece piece_at(Duration) const = 0;
  };
  template <class R>
  struct Model final : Port {
    explicit Model(R of) : rate(std::move(of)) {}
    double rate_per_s(Duration t) const override { return rate.rate_per_s(t); }
    double expected_count(Duration from, Duration to) const override {
      return rate.expected_count(from, to);
    }
    RatePiece piece_at(Duration t) const override { return rate.piece_at(t); }
    R rate;
  };

  std::shared_ptr<const Port> rate_;
};

}  // namespace signalbox::sim
