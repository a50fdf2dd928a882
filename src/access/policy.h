// SPDX-License-Identifier: Apache-2.0
//
// Everybody who may ask, and by what they are known. Where there is such a policy, who is not known
// by any of it is refused: nothing is allowed that nobody allowed. Immutable; a reload makes
// another.
#pragma once

#include <vector>

#include "access/certificate_list.h"
#include "access/key_list.h"
#include "access/signed_claim.h"

namespace signalbox::access {

struct Policy {
  KeyList keys;
  std::vector<ClaimVerifier> tokens;  // whose claim names the tenant; each of another issuer or key
  CertificateList certificates;
};

}  // namespace signalbox::access
