// SPDX-License-Identifier: Apache-2.0
//
// SHA-256 (FIPS 180-4) as values. Of keys only their hashes are kept: who reads the file of hashes
// can ask for nothing.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace signalbox::access {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(std::string_view bytes);

// 64 hexadecimal digits; written in lower case, read in either. nullopt for anything else.
std::string to_hex(const Sha256& hash);
std::optional<Sha256> from_hex(std::string_view text);

// In the same time wherever they differ.
bool equal_in_constant_time(const Sha256& a, const Sha256& b);

}  // namespace signalbox::access
