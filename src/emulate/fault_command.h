// SPDX-License-Identifier: Apache-2.0
//
// Faults as people and tests order them: one JSON object, every key optional, nothing guessed.
#pragma once

#include <string_view>

#include "base/result.h"
#include "sim/engine/fault.h"

namespace signalbox::emulate {

// Reads {"refuse_launches":bool, "cap":N|null, "slowdown":x, "error_rate":p, "crash":f, "lose":f,
// "hang":f, "heal":bool}. The error says which key is wrong and what is allowed.
Result<sim::Fault> read_fault(std::string_view json);

}  // namespace signalbox::emulate
