// SPDX-License-Identifier: Apache-2.0
//
// Amounts as Kubernetes writes them: "8", "500m", "1.5Gi", "2e3"
// (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/).
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string_view>

namespace signalbox::cluster {

// Nothing where it is no amount.
std::optional<double> read_quantity(std::string_view text);
// Of JSON, where small amounts are numbers now and then. Null = nothing.
std::optional<double> read_quantity(const boost::json::value* value);

}  // namespace signalbox::cluster
