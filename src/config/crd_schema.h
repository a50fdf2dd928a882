// SPDX-License-Identifier: Apache-2.0
//
// The table once more, as the structural schema that Kubernetes asks of a CustomResourceDefinition:
// one type for each value, no alternatives of types, a bound on every text, list and mapping, and
// CEL for what JSON Schema would say with oneOf. Defaults are told, not set: they are ours to
// change.
#pragma once

#include <boost/json/object.hpp>

#include "config/crd.h"

namespace signalbox::config {

// Of the spec of the kind's objects.
boost::json::object spec_schema(const ResourceKind& kind);

}  // namespace signalbox::config
