// SPDX-License-Identifier: Apache-2.0
//
// Who shares what is held and what frees: tenants and their weights. Under pressure a tenant gets
// capacity and room to wait in proportion to its weight, whatever the others send.
#pragma once

#include <string>
#include <vector>

namespace signalbox::core {

struct TenantShare {
  std::string name;
  double weight = 1.0;  // > 0
};

struct Tenancy {
  std::vector<TenantShare> named;
  double default_weight = 1.0;  // of any other tenant, > 0
  // Tenants without a weight of their own that are told apart at a time. Clients make up names; the
  // rest of them share one place among the tenants.
  int max_unnamed = 1000;
};

}  // namespace signalbox::core
