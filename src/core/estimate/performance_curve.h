// SPDX-License-Identifier: Apache-2.0
//
// How the time of a request grows with what shares its server, as a straight line that knows how
// sure it is of itself: time in service by requests in flight, time to the first token by tokens
// read. One accumulator serves three ends, because a prior, weighted measurements and measurements
// that fade are all the same sums: a fit after the fact, the transfer of one instance size's line
// to another as a prior, and the curve that is learned from live outcomes.
#pragma once

namespace signalbox::core {

// y = intercept + slope * x, with the covariance of both.
struct Line {
  double intercept = 0.0;
  double slope = 0.0;
  double var_intercept = 0.0;
  double var_slope = 0.0;
  double covariance = 0.0;
  double noise = 0.0;  // standard deviation of one measurement about the line

  double at(double x) const { return intercept + slope * x; }
  // Standard error of the line itself at x: how far the mean there may be off.
  double std_error(double x) const;
  // And of one further measurement there: sqrt(std_error^2 + noise^2).
  double prediction_error(double x) const;
};

// Weighted least squares by normal equations (Draper and Smith, Applied Regression Analysis, ch. 2
// and 9): the 2x2 information matrix and its vector, from which the estimate and its covariance
// s^2 (X'WX)^-1 are read off.
class LineFit {
 public:
  LineFit() = default;

  // Begins with what is believed of a line before anything was measured: a normal prior, whose
  // information is the inverse of its covariance (Gelman et al., Bayesian Data Analysis, 14.8).
  // REQUIRES: prior.noise > 0, and a covariance that is positive definite.
  explicit LineFit(const Line& prior);

  // One measurement; `weight` is how many it counts for (of a mean: how many it is the mean of).
  // REQUIRES: weight > 0.
  void add(double x, double y, double weight = 1.0);

  // Everything measured so far counts only `factor` times as much from now on; the prior stays.
  // Recursive least squares with exponential forgetting (Haykin, Adaptive Filter Theory, ch. 10),
  // whose known weakness - what is never excited fades until the estimate bursts - the prior cures.
  void forget(double factor);

  // The sum of weights, as faded.
  double weight() const { return w_; }

  // A level line while all measurements are at one x and nothing was believed before.
  // REQUIRES: something was added or believed.
  Line line() const;

 private:
  double w_ = 0.0, wx_ = 0.0, wxx_ = 0.0, wy_ = 0.0, wxy_ = 0.0, wyy_ = 0.0;
  // The prior: its information matrix and that times its mean, in units of its noise.
  double p11_ = 0.0, p12_ = 0.0, p22_ = 0.0, q1_ = 0.0, q2_ = 0.0;
  double prior_noise_ = 0.0;
};

// What a line measured on one instance size leads one to expect of another that takes `ratio` times
// as long: the line scaled, its uncertainty scaled with it and widened by `doubt`, the standard
// deviation of the ratio itself, relative to it. A prior for LineFit: a few measurements of the new
// size outweigh it. REQUIRES: ratio > 0, doubt > 0.
Line transfer(const Line& line, double ratio, double doubt = 0.3);

}  // namespace signalbox::core
