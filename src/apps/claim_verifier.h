// SPDX-License-Identifier: Apache-2.0
//
// From an algorithm's name and the file of a key to what verifies tokens.
#pragma once

#include <string>
#include <string_view>

#include "access/signed_claim.h"
#include "base/result.h"

namespace signalbox::apps {

// `rules` but for its algorithm and key. `where` is the key of the configuration that names the
// file, for the error.
Result<access::ClaimVerifier> claim_verifier(access::ClaimRules rules, std::string_view algorithm,
                                             const std::string& key_file, std::string_view where);

}  // namespace signalbox::apps
