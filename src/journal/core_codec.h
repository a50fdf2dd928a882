// SPDX-License-Identifier: Apache-2.0
//
// The core's values as bytes: a fleet's spec and signals there and back, decisions and plans only
// there, to be compared. Equal values give equal bytes and different values different ones. The
// templates that do it are compiled once, in core_codec.cc.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "core/model/decision.h"
#include "core/model/fleet_spec.h"
#include "core/model/plan.h"
#include "core/model/signal.h"

namespace signalbox::journal {

// Append to `out`.
void encode(const core::FleetSpec& spec, std::string& out);
void encode(const core::Signal& signal, std::string& out);
void encode(const core::Decision& decision, std::string& out);
void encode(const core::Plan& plan, std::string& out);

// Refuse what no encode() wrote. A spec that comes back is sound: its ids point into it and its
// profiles keep their contract, so that the core may run on it.
Result<core::FleetSpec> decode_spec(std::string_view bytes);
Result<core::Signal> decode_signal(std::string_view bytes);
Result<core::Decision> decode_decision(std::string_view bytes);

}  // namespace signalbox::journal
