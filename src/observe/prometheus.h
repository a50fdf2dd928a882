// SPDX-License-Identifier: Apache-2.0
//
// GET /metrics: the fleet view, the Router's counts and the shell's own, as Prometheus wants them.
// Names carry their units (seconds, bytes, usd), counters end in _total, and every label value
// comes from the configuration or the fleet, so the number of series is bounded by the fleet's
// size.
#pragma once

#include <string>

#include "core/model/digest.h"
#include "core/model/fleet_view.h"
#include "observe/exposition.h"
#include "observe/gateway_stats.h"
#include "observe/mode_history.h"

namespace signalbox::observe {

// `digest` may be older or newer than `view` by a reload: what one of them lacks counts as zero or
// is left out. REQUIRES: view.spec is set.
std::string render_metrics(const core::FleetView& view, const core::RouterReport& digest,
                           const ModeHistory& history, const GatewayStats& gateway);

}  // namespace signalbox::observe
