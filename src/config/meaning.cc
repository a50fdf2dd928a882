// SPDX-License-Identifier: Apache-2.0
//
// The list of checks; each lives in the file of its subject.
#include "config/meaning.h"

namespace signalbox::config {

void check_meaning(const Fields& root, Report& report) {
  check_references(root, report);
  check_rules(root, report);
  check_units(root, report);
  check_cluster(root, report);
  check_objectives(root, report);
  check_data(root, report);
  check_tenants(root, report);
  check_links(root, report);
  check_retries(root, report);
  check_access(root, report);
  check_resilience(root, report);
  check_sources(root, report);
  check_addresses(root, report);
  check_limits(root, report);
}

}  // namespace signalbox::config
