// SPDX-License-Identifier: Apache-2.0
//
// Base64url without padding (RFC 4648 section 5), as tokens are written. Strict: one text for one
// value, since two texts of one signed value are two tokens to whoever compares texts.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace signalbox::access {

// nullopt for a character outside the alphabet, padding, an impossible length or stray bits.
std::optional<std::string> decode_base64url(std::string_view text);
std::string encode_base64url(std::string_view bytes);

}  // namespace signalbox::access
