// SPDX-License-Identifier: Apache-2.0
//
// Gap laws, and a heap of clients; see renewal.h.
#include "sim/workload/renewal.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/assert.h"
#include "base/distributions.h"

namespace signalbox::sim {

namespace {

double weibull_cv(double shape) {
  const double mean = std::tgamma(1.0 + 1.0 / shape);
  return std::sqrt(std::max(0.0, std::tgamma(1.0 + 2.0 / shape) / (mean * mean) - 1.0));
}

// The cv falls as the shape grows: bisection on the logarithm of the shape.
double weibull_shape_of_cv(double cv) {
  double low = std::log(0.1), high = std::log(40.0);
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2.0;
    (weibull_cv(std::exp(middle)) > cv ? low : high) = middle;
  }
  return std::exp((low + high) / 2.0);
}

}  // namespace

GapLaw::GapLaw(Family family, double shape) : family_(family), shape_(shape) {
  SIGNALBOX_ASSERT(shape > 0.0);
  scale_ = family == Family::kGamma ? 1.0 / shape : 1.0 / std::tgamma(1.0 + 1.0 / shape);
}

GapLaw GapLaw::of_cv(Family family, double cv) {
  SIGNALBOX_ASSERT(cv >= 0.05 && cv <= 20.0);
  return GapLaw(family, family == Family::kGamma ? 1.0 / (cv * cv) : weibull_shape_of_cv(cv));
}

double GapLaw::cv() const {
  return family_ == Family::kGamma ? 1.0 / std::sqrt(shape_) : weibull_cv(shape_);
}

double GapLaw::draw(Prng& prng) const {
  return family_ == Family::kGamma ? draw_gamma(prng, shape_, scale_)
                                   : draw_weibull(prng, shape_, scale_);
}

// A gap weighted by its length is Gamma(shape + 1) for Gamma gaps, and for Weibull gaps the power
// 1 / shape of a Gamma(1 + 1 / shape); the instant lies uniformly within it.
double GapLaw::draw_residual(Prng& prng) const {
  const double hit =
      family_ == Family::kGamma
          ? draw_gamma(prng, shape_ + 1.0, scale_)
          : scale_ * std::pow(draw_gamma(prng, 1.0 + 1.0 / shape_, 1.0), 1.0 / shape_);
  return hit * prng.uniform();
}

std::vector<RenewalClient> skewed_clients(int count, double skew, GapLaw gaps) {
  SIGNALBOX_ASSERT(count > 0 && skew >= 0.0);
  std::vector<RenewalClient> clients;
  for (int rank = 1; rank <= count; ++rank) clients.push_back({std::pow(rank, -skew), gaps});
  return clients;
}

RenewalWorkload::RenewalWorkload(RateSeries rate, const std::vector<RenewalClient>& clients,
                                 Options options)
    : rate_(std::move(rate)), options_(options), factors_(Prng(options.seed).fork(2)) {
  SIGNALBOX_ASSERT(!clients.empty());
  SIGNALBOX_ASSERT(options.factor_spread >= 0.0 && options.factor_spread < 1.0);
  double weights = 0.0;
  for (const auto& client : clients) {
    SIGNALBOX_ASSERT(client.weight > 0.0);
    weights += client.weight;
  }
  const Prng parent = Prng(options.seed).fork(1);
  for (std::size_t i = 0; i < clients.size(); ++i) {
    clients_.push_back({weights / clients[i].weight, clients[i].gaps, parent.fork(i)});
    Client& client = clients_.back();
    due_.push_back({client.gaps.draw_residual(client.prng) * client.mean_gap, i});
  }
  std::make_heap(due_.begin(), due_.end(), later);
}

std::optional<Arrival> RenewalWorkload::next() {
  if (due_.empty()) return std::nullopt;
  const Due now = due_.front();
  const auto at = rate_.time_of_count(now.at);
  if (!at || *at >= rate_.length()) {
    due_.clear();
    return std::nullopt;
  }
  Client& client = clients_[now.client];
  std::pop_heap(due_.begin(), due_.end(), later);
  due_.back().at = now.at + client.gaps.draw(client.prng) * client.mean_gap;
  std::push_heap(due_.begin(), due_.end(), later);
  return Arrival{options_.start + *at, draw_uniform(factors_, 1.0 - options_.factor_spread,
                                                    1.0 + options_.factor_spread)};
}

}  // namespace signalbox::sim
