// SPDX-License-Identifier: Apache-2.0
//
// What a node costs an hour: the offering that Karpenter knows of its instance type, way of paying
// and zone, and over it the operator's own word, a NodeOverlay (a discount that was negotiated, a
// reservation that is paid for anyway).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "base/result.h"
#include "wire/kube_object.h"

namespace signalbox::cluster {

namespace json = boost::json;

class Prices {
 public:
  // Karpenter's page of metrics: its series karpenter_cloudprovider_instance_type_offering_price_
  // estimate{instance_type, capacity_type, zone} are what is known from now on. Returns how many.
  Result<std::size_t> take_page(std::string_view page);

  void put_overlay(const wire::KubeObject& overlay);
  void remove_overlay(const json::object& overlay);

  // Of a node with these labels, in USD per hour; nothing where nobody knows. Of several overlays
  // that fit the one with the greatest weight counts, and the first by name of equals.
  std::optional<double> of_node(const json::object& labels) const;

 private:
  using Offering = std::tuple<std::string, std::string, std::string>;  // type, capacity, zone
  std::optional<double> offered(const json::object& labels) const;

  std::map<Offering, double> offerings_;
  std::map<std::string, wire::KubeObject> overlays_;  // by name
};

// "+10%", "-0.25" on a price; nothing where it is neither. Never below zero.
std::optional<double> adjusted(double price, std::string_view adjustment);

}  // namespace signalbox::cluster
