// SPDX-License-Identifier: Apache-2.0
//
// Whose request it is and how urgent, by headers from clients in trusted networks. Anybody else
// could name a tenant of great weight, or make up one for each request, so their headers say
// nothing: the request is nobody's in particular and of priority 0, which is served all the same.
// Who has shown who he is (authenticate.h) is that tenant, whatever a header says.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/ip_network.h"
#include "wire/http1_message.h"

namespace signalbox::gateway {

struct TenantSources {
  std::string header = "x-signalbox-tenant";
  std::string priority_header;     // empty = priorities are not read
  std::vector<IpNetwork> trusted;  // whose headers are believed; empty = there are no tenants
};

struct TenantFound {
  std::string_view name;  // empty = nobody's in particular; valid as long as what it came from
  int priority = 0;       // as said, maybe beyond what the Router tells apart
  bool refused = false;   // a header was not believed or not understood, and says nothing
};

// `client` is the address the request came from, `identity` the tenant that it was shown to be of;
// empty where nobody had to show anything. The name found is valid as long as both.
TenantFound find_tenant(const TenantSources& sources, const wire::RequestHead& head,
                        std::string_view client, std::string_view identity = {});

}  // namespace signalbox::gateway
