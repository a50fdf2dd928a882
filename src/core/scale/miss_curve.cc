// SPDX-License-Identifier: Apache-2.0
//
// Sums of convex curves, piece by piece; see miss_curve.h.
#include "core/scale/miss_curve.h"

#include <algorithm>

namespace signalbox::core {

MissCurve MissCurve::plus(const MissCurve& other) const {
  MissCurve sum;
  std::size_t a = 0;
  std::size_t b = 0;
  while (a < pieces.size() || b < other.pieces.size()) {
    const bool has_a = a < pieces.size();
    const bool has_b = b < other.pieces.size();
    const double price =
        (has_a ? pieces[a].usd_per_hour : 0.0) + (has_b ? other.pieces[b].usd_per_hour : 0.0);
    double until = has_a ? pieces[a].until_per_s : other.pieces[b].until_per_s;
    if (has_b) until = std::min(until, other.pieces[b].until_per_s);
    sum.pieces.push_back({until, price});
    if (has_a && pieces[a].until_per_s <= until) ++a;
    if (has_b && other.pieces[b].until_per_s <= until) ++b;
  }
  return sum;
}

}  // namespace signalbox::core
