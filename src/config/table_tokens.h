// SPDX-License-Identifier: Apache-2.0
//
// How a signed token (JWT) is verified is configured in one way, whatever it is believed about:
// the class of a request's data, or whose the request is.
#pragma once

#include <string_view>

#include "config/table.h"

namespace signalbox::config {

inline constexpr std::string_view kTokenAlgorithms[] = {"HS256", "RS256", "EdDSA"};

inline constexpr Field kTokenAlgorithm = {
    .key = "algorithm",
    .type = Type::kChoice,
    .doc = "How tokens are signed; one that is signed otherwise is not believed.",
    .is_required = true,
    .choices = kTokenAlgorithms};
inline constexpr Field kTokenKeyFile = {
    .key = "key_file",
    .type = Type::kLongText,
    .doc = "The file of the key to verify with: a PEM public key, or the secret of HS256.",
    .is_required = true};
inline constexpr Field kTokenAudience = {.key = "audience",
                                         .type = Type::kText,
                                         .doc = "Whom a token must be made out to (aud).",
                                         .is_required = true};
inline constexpr Field kTokenIssuer = {
    .key = "issuer",
    .type = Type::kText,
    .doc = "Who must have made it out (iss). Default: whoever has the key."};

}  // namespace signalbox::config
