// SPDX-License-Identifier: Apache-2.0
//
// Sums of products and one 2x2 inverse; see performance_curve.h.
#include "core/estimate/performance_curve.h"

#include <algorithm>
#include <cmath>

#include "base/assert.h"

namespace signalbox::core {

double Line::std_error(double x) const {
  return std::sqrt(std::max(var_intercept + 2.0 * x * covariance + x * x * var_slope, 0.0));
}

double Line::prediction_error(double x) const { return std::hypot(std_error(x), noise); }

LineFit::LineFit(const Line& prior) : prior_noise_(prior.noise) {
  SIGNALBOX_ASSERT(prior.noise > 0.0);
  const double determinant =
      prior.var_intercept * prior.var_slope - prior.covariance * prior.covariance;
  SIGNALBOX_ASSERT(determinant > 0.0);
  const double unit = prior.noise * prior.noise / determinant;
  p11_ = prior.var_slope * unit;
  p12_ = -prior.covariance * unit;
  p22_ = prior.var_intercept * unit;
  q1_ = p11_ * prior.intercept + p12_ * prior.slope;
  q2_ = p12_ * prior.intercept + p22_ * prior.slope;
}

void LineFit::add(double x, double y, double weight) {
  SIGNALBOX_ASSERT(weight > 0.0);
  w_ += weight;
  wx_ += weight * x;
  wxx_ += weight * x * x;
  wy_ += weight * y;
  wxy_ += weight * x * y;
  wyy_ += weight * y * y;
}

void LineFit::forget(double factor) {
  for (double* sum : {&w_, &wx_, &wxx_, &wy_, &wxy_, &wyy_}) *sum *= factor;
}

Line LineFit::line() const {
  const double a = w_ + p11_, b = wx_ + p12_, c = wxx_ + p22_;
  SIGNALBOX_ASSERT(a > 0.0);
  const double determinant = a * c - b * b;
  Line line;
  const bool level = determinant <= 1e-12 * a * c || c <= 0.0;
  if (level) {
    line.intercept = (wy_ + q1_) / a;
  } else {
    line.intercept = (c * (wy_ + q1_) - b * (wxy_ + q2_)) / determinant;
    line.slope = (a * (wxy_ + q2_) - b * (wy_ + q1_)) / determinant;
  }
  const double i = line.intercept, s = line.slope;
  const double residual = std::max(
      wyy_ - 2.0 * i * wy_ - 2.0 * s * wxy_ + i * i * w_ + 2.0 * i * s * wx_ + s * s * wxx_, 0.0);
  // The prior's word on the noise counts as one measurement, where there is a prior.
  const double prior_share = prior_noise_ > 0.0 ? 1.0 : 0.0;
  const double freedom = w_ - (prior_share > 0.0 ? 0.0 : level ? 1.0 : 2.0) + prior_share;
  const double variance =
      freedom > 0.0 ? (residual + prior_share * prior_noise_ * prior_noise_) / freedom : 0.0;
  line.noise = std::sqrt(variance);
  if (level) {
    line.var_intercept = variance / a;
  } else {
    line.var_intercept = variance * c / determinant;
    line.var_slope = variance * a / determinant;
    line.covariance = -variance * b / determinant;
  }
  return line;
}

Line transfer(const Line& line, double ratio, double doubt) {
  SIGNALBOX_ASSERT(ratio > 0.0 && doubt > 0.0);
  Line moved = line;
  moved.intercept *= ratio;
  moved.slope *= ratio;
  const double square = ratio * ratio;
  const double off_intercept = doubt * moved.intercept, off_slope = doubt * moved.slope;
  moved.var_intercept = square * line.var_intercept + off_intercept * off_intercept;
  moved.var_slope = square * line.var_slope + off_slope * off_slope;
  moved.covariance = square * line.covariance;
  moved.noise = std::max(ratio * line.noise, 1e-3 * std::abs(moved.intercept));
  // A prior must have some doubt of everything, also of what was exactly nought.
  const double least = 1e-6 * (moved.intercept * moved.intercept + moved.noise * moved.noise);
  moved.var_intercept = std::max(moved.var_intercept, least);
  moved.var_slope = std::max(moved.var_slope, least);
  return moved;
}

}  // namespace signalbox::core
