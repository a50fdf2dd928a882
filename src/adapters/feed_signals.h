// SPDX-License-Identifier: Apache-2.0
//
// From the documents of feeds to signals about the units of a view. Pure: what was read, when it
// was heard, and whose it is go in, signals or a refusal come out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/source_clock.h"
#include "adapters/trouble.h"
#include "base/result.h"
#include "core/model/fleet_view.h"
#include "core/model/signal.h"

namespace signalbox::adapters {

struct FeedContext {
  const std::string& source;
  const core::FleetView& view;
  const std::vector<std::string>& units;  // that it may speak of; empty = all
  Heard heard;
  // Of a file: when it was written, by our wall clock; else when it was heard.
  TimePoint written{};
};

using FeedSignals = Result<std::vector<core::Signal>, Refusal>;

// Prices that say since when they hold are that old; those that do not hold as long as the list is
// there. Units that nobody knows are passed over: a list may serve many fleets.
FeedSignals price_signals(std::string_view document, const FeedContext& context);

// A unit is matched by its hardware and its zone; one without a zone pays the dearest of them, so
// that it is not planned for a price it may not get. Without `units` those of tier spot are meant.
// A history is as old as the file it stands in: a spot price holds until the next.
FeedSignals aws_spot_signals(std::string_view document, std::string_view product,
                             const FeedContext& context);

FeedSignals quota_signals(std::string_view document, const FeedContext& context);

// A list of all that will be taken back. Endpoints with no notice any more, of those in
// `noticed`, are withdrawn; `noticed` is what has one now.
FeedSignals notice_signals(std::string_view document, std::vector<EndpointId>& noticed,
                           const FeedContext& context);

}  // namespace signalbox::adapters
