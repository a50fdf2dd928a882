// SPDX-License-Identifier: Apache-2.0
//
// The chain's long run by elimination, and its arrivals; see mmpp.h.
#include "sim/workload/mmpp.h"

#include <cmath>
#include <numeric>
#include <utility>

#include "base/assert.h"
#include "base/distributions.h"

namespace signalbox::sim {

namespace {

// States may be left towards each of the others alike; this writes the chances out.
std::vector<double> chances_from(const Mmpp& model, std::size_t state) {
  const auto& given = model.states[state].next;
  if (!given.empty()) return given;
  std::vector<double> chances(model.states.size());
  for (std::size_t j = 0; j < chances.size(); ++j) {
    if (j != state) chances[j] = 1.0 / static_cast<double>(chances.size() - 1);
  }
  return chances;
}

void check(const Mmpp& model) {
  SIGNALBOX_ASSERT(!model.states.empty());
  for (std::size_t i = 0; i < model.states.size(); ++i) {
    const auto& state = model.states[i];
    SIGNALBOX_ASSERT(state.rate_per_s >= 0.0 && state.mean_stay > Duration::zero());
    if (state.next.empty()) continue;
    SIGNALBOX_ASSERT(state.next.size() == model.states.size() && state.next[i] == 0.0);
    const double sum = std::accumulate(state.next.begin(), state.next.end(), 0.0);
    SIGNALBOX_ASSERT(std::abs(sum - 1.0) < 1e-9);
  }
}

}  // namespace

// Solves pi Q = 0 by the elimination of Grassmann, Taksar and Heyman (1985), which only adds,
// multiplies and divides positive numbers and so loses no digits.
std::vector<double> Mmpp::stationary() const {
  check(*this);
  const std::size_t n = states.size();
  std::vector<std::vector<double>> flow(n);
  for (std::size_t i = 0; i < n; ++i) {
    flow[i] = n == 1 ? std::vector<double>{0.0} : chances_from(*this, i);
    for (double& rate : flow[i]) rate /= to_seconds(states[i].mean_stay);
  }
  for (std::size_t k = n - 1; k > 0; --k) {
    double out = 0.0;
    for (std::size_t j = 0; j < k; ++j) out += flow[k][j];
    SIGNALBOX_ASSERT(out > 0.0);  // or the states form no single chain
    for (std::size_t i = 0; i < k; ++i) {
      flow[i][k] /= out;
      for (std::size_t j = 0; j < k; ++j) flow[i][j] += flow[i][k] * flow[k][j];
    }
  }
  std::vector<double> shares(n, 0.0);
  shares[0] = 1.0;
  for (std::size_t k = 1; k < n; ++k) {
    for (std::size_t i = 0; i < k; ++i) shares[k] += shares[i] * flow[i][k];
  }
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (double& share : shares) share /= sum;
  return shares;
}

double Mmpp::mean_rate_per_s() const {
  const auto shares = stationary();
  double mean = 0.0;
  for (std::size_t i = 0; i < states.size(); ++i) mean += shares[i] * states[i].rate_per_s;
  return mean;
}

MmppWorkload::MmppWorkload(Mmpp model, Options options)
    : model_(std::move(model)),
      options_(options),
      gaps_(Prng(options.seed).fork(1)),
      stays_(Prng(options.seed).fork(4)),
      factors_(Prng(options.seed).fork(2)) {
  SIGNALBOX_ASSERT(options.factor_spread >= 0.0 && options.factor_spread < 1.0);
  const std::size_t first = draw_state(model_.stationary());
  for (std::size_t i = 0; i < model_.states.size(); ++i) {
    if (model_.states.size() > 1) model_.states[i].next = chances_from(model_, i);
  }
  enter(first);
}

std::size_t MmppWorkload::draw_state(const std::vector<double>& chances) {
  double level = stays_.uniform();
  std::size_t last_possible = 0;
  for (std::size_t i = 0; i < chances.size(); ++i) {
    if (chances[i] <= 0.0) continue;
    if (level < chances[i]) return i;
    level -= chances[i];
    last_possible = i;
  }
  return last_possible;  // rounding left a crumb of the uniform over
}

void MmppWorkload::enter(std::size_t state) {
  state_ = state;
  leaves_at_ = model_.states.size() == 1
                   ? Duration::max()
                   : clock_ + from_seconds(draw_exponential(
                                  stays_, to_seconds(model_.states[state].mean_stay)));
}

std::optional<Arrival> MmppWorkload::next() {
  while (clock_ < options_.length) {
    // Gaps have no memory, so the one that a change of state cuts short is drawn anew.
    const double rate_per_s = model_.states[state_].rate_per_s;
    const double left_s = to_seconds(leaves_at_ - clock_);
    const double gap_s = rate_per_s > 0.0 ? draw_exponential(gaps_, 1.0 / rate_per_s) : left_s;
    if (gap_s >= left_s) {
      clock_ = leaves_at_;
      if (clock_ < options_.length) enter(draw_state(model_.states[state_].next));
      continue;
    }
    clock_ += from_seconds(gap_s);
    if (clock_ >= options_.length) break;
    return Arrival{options_.start + clock_, draw_uniform(factors_, 1.0 - options_.factor_spread,
                                                         1.0 + options_.factor_spread)};
  }
  clock_ = options_.length;
  return std::nullopt;
}

}  // namespace signalbox::sim
