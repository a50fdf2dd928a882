// SPDX-License-Identifier: Apache-2.0
//
// Do the values make sense together? Each check reads what it compares through Fields, so a value
// that was refused for its shape is left out instead of causing a second, misleading message.
#pragma once

#include "config/diagnostics.h"
#include "config/fields.h"

namespace signalbox::config {

// Runs every check below on the whole file.
void check_meaning(const Fields& root, Report& report);

// Services name units that exist, units are used, weights fit the units.
void check_references(const Fields& root, Report& report);

// Every path and model of a service can be reached past the services above it.
void check_rules(const Fields& root, Report& report);

// Curves rise, minima lie below maxima, somebody can launch what shall be launched.
void check_units(const Fields& root, Report& report);

// Workloads of a cluster exist once and can be scaled; listeners do not meet.
void check_cluster(const Fields& root, Report& report);

// Some unit can meet each service's objective.
void check_objectives(const Fields& root, Report& report);

// Labels that are demanded exist, networks are networks, tokens are owed where they are known.
void check_data(const Fields& root, Report& report);

// The headers of tenants are names of headers, each of its own, and their networks are networks.
void check_tenants(const Fields& root, Report& report);

// Certificates have keys and somebody to vouch for them; what only TLS needs stands beside it.
void check_links(const Fields& root, Report& report);

// Only what may be sent twice is tried again or hedged; pauses grow.
void check_retries(const Fields& root, Report& report);

// Somebody is let in, and each certificate is told in one way.
void check_access(const Fields& root, Report& report);

// Each source is of one kind with the keys of that kind, and speaks of units that exist.
void check_sources(const Fields& root, Report& report);

// The networks under `trusted` of a section are such.
void check_networks(const Fields& section, Report& report);

// Where a zone or a unit may be lost, there is more than one, and it is known which is where.
void check_resilience(const Fields& root, Report& report);

// Nothing is served twice, by the wrong party, or where credentials live.
void check_addresses(const Fields& root, Report& report);

// The gateway's sizes, the control loop's times and the budget fit together.
void check_limits(const Fields& root, Report& report);

}  // namespace signalbox::config
