// SPDX-License-Identifier: Apache-2.0
//
// One quantity of one unit (its price, say) as several sources tell it, made one value to decide
// by:
//
//   each source for itself   source_track.h: range, outliers, quarantine
//   which sources            the fresh ones of the best declared rank; contradictions are told
//   one value                their median, so that of three one may lie
//   time                     fresh -> last good until its ttl -> the operator's own word
//   step                     the value follows by at most kStepPerSecond, so that what cannot be
//                            told from news (a hundredfold price) moves traffic slowly, too
//
// Confidence is 1 while nothing speaks against the value. It falls as the newest word ages, where
// sources differ, and where a single one is far from what the operator said. Who decides by the
// value asks for so much more of a reason before changing anything.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "core/estimate/source_track.h"
#include "core/model/fleet_view.h"
#include "core/model/source.h"

namespace signalbox::core {

class TrustedQuantity {
 public:
  static constexpr double kStepPerSecond = 0.1;    // of the value
  static constexpr double kContradiction = 2.0;    // sources that differ by this factor
  static constexpr double kConfidenceStale = 0.5;  // when all that spoke are silent

  // `configured` is the operator's word: used until a source speaks and when none does any more.
  explicit TrustedQuantity(double configured)
      : configured_(configured), target_(configured), value_(configured) {}

  // Takes what a declared source said. Returns why it is not used, or an empty text.
  std::string observe(const SourceSpec& source, double value,
                      const std::optional<std::string>& implausible, TimePoint at);
  // Takes what one of our own hands said (the operator, the provider of what we launch): it is true
  // at once and until they say otherwise, whatever sources say.
  void set(double value, std::string_view by, TimePoint at);

  // Chooses among the sources and moves the value one step. To be called before every decision.
  void advance(TimePoint now);

  // Keeps what was learned although the operator's word is another now.
  void reconfigure(double configured);

  double value() const { return value_; }
  double confidence() const { return confidence_; }
  Estimate estimate(TimePoint now) const;

  // Two sources that differ too much to be both right, and who is believed; empty = none do.
  const std::string& contradiction() const { return contradiction_; }

  struct Word {
    std::string source;
    int rank = 0;
    Duration ttl{};
    SourceTrack track;
  };
  const std::vector<Word>& words() const { return words_; }

 private:
  void choose(TimePoint now);

  double configured_;
  double target_;
  double value_;
  double confidence_ = 1.0;
  std::string from_;
  TimePoint newest_ = TimePoint::min();
  TimePoint advanced_at_ = TimePoint::min();
  std::optional<double> by_hand_;
  std::string hand_;
  std::string contradiction_;
  std::vector<Word> words_;
};

}  // namespace signalbox::core
