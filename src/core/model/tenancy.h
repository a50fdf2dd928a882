// SPDX-License-Identifier: Apache-2.0
//
// Who shares what is held and what frees: tenants and their weights. Under pressure a tenant gets
// capacity and room to wait in proportion to its weight, whatever the others send.
#pragma once

#include <string>
#include <vector>

namespace signalbox::core {

// What a tenant may use at the most, however much is free. 0 = no bound.
struct TenantBudget {
  double requests_per_s = 0.0;  // on average; as many as come in one second may come at once
  int max_in_flight = 0;        // held ones included
  double usd_per_hour = 0.0;    // at the marginal cost of where its requests were sent
};

struct TenantShare {
  std::string name;
  double weight = 1.0;  // > 0
  TenantBudget budget{};
};

struct Tenancy {
  std::vector<TenantShare> named;
  double default_weight = 1.0;    // of any other tenant, > 0
  TenantBudget default_budget{};  // of each other tenant
  // Tenants without a weight of their own that are told apart at a time. Clients make up names; the
  // rest of them share one place among the tenants.
  int max_unnamed = 1000;
};

}  // namespace signalbox::core
