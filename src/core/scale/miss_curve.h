// SPDX-License-Identifier: Apache-2.0
//
// What too little capacity costs. The expected misses of a service fall as capacity grows, and each
// further replica prevents fewer of them, so their cost is convex and decreasing in capacity. A few
// straight pieces are enough to plan by, and keep the planner's relaxation a walk along sorted
// lists. One piece is the plain case: every request/s below the requirement costs the same.
#pragma once

#include <cstddef>
#include <vector>

namespace signalbox::core {

struct MissCurve {
  struct Piece {
    double until_per_s;   // capacity at which the piece ends and the next begins
    double usd_per_hour;  // of each request/s of capacity missing on it
  };
  // Ends rise, prices fall. Beyond the last piece nothing is missed; without any, nothing ever is.
  std::vector<Piece> pieces;

  static MissCurve linear(double required_per_s, double usd_per_hour) {
    return {{{required_per_s, usd_per_hour}}};
  }

  // USD/hour at a total capacity.
  double cost_usd_per_hour(double capacity_per_s) const {
    double cost = 0.0;
    for (const Piece& piece : pieces) {
      if (piece.until_per_s <= capacity_per_s) continue;
      cost += piece.usd_per_hour * (piece.until_per_s - capacity_per_s);
      capacity_per_s = piece.until_per_s;
    }
    return cost;
  }

  // Whether ends rise and prices fall, as they must.
  bool is_convex() const {
    double until = 0.0;
    for (std::size_t k = 0; k < pieces.size(); ++k) {
      if (pieces[k].until_per_s < until || pieces[k].usd_per_hour < 0.0) return false;
      if (k > 0 && pieces[k].usd_per_hour > pieces[k - 1].usd_per_hour) return false;
      until = pieces[k].until_per_s;
    }
    return true;
  }

  // The curve of both: where `other` also charges. Used to lay a penalty over a hard requirement.
  MissCurve plus(const MissCurve& other) const;
};

}  // namespace signalbox::core
