// SPDX-License-Identifier: Apache-2.0
//
// Of what class a request's data is, as far as somebody trusted says so: a signed claim, whoever
// brings it, or a header from a client in a trusted network. A claim beats a header, and one that
// does not verify leaves the request unlabelled, whatever a header says beside it: doubt is the
// strictest class, never a looser one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "access/signed_claim.h"
#include "base/ip_network.h"
#include "wire/http1_message.h"

namespace signalbox::gateway {

struct DataClassSources {
  std::string header = "x-signalbox-data-class";
  std::vector<IpNetwork> trusted;                       // whose header is believed
  std::shared_ptr<const access::ClaimVerifier> claims;  // null = no claim is
};

enum class DataClassSource : std::uint8_t {
  kNobody,         // nothing was said
  kClaim,          // a verified claim
  kHeader,         // the header of a trusted client
  kClaimRefused,   // a token that does not verify
  kHeaderRefused,  // the header of somebody else, or two of them
};

struct DataClassFound {
  std::string name;  // empty = unlabelled
  DataClassSource source = DataClassSource::kNobody;
};

// `client` is the address the request came from, `unix_s` the present time.
DataClassFound find_data_class(const DataClassSources& sources, const wire::RequestHead& head,
                               std::string_view client, std::int64_t unix_s);

}  // namespace signalbox::gateway
