// SPDX-License-Identifier: Apache-2.0
//
// Base64 (RFC 4648, the standard alphabet, padded): how JSON answers carry images.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace signalbox::wire {

std::string base64_encode(std::string_view bytes);

// Strict: whole groups of four, padding only at the end, no blanks, no stray bits.
Result<std::string> base64_decode(std::string_view text);

}  // namespace signalbox::wire
