// SPDX-License-Identifier: Apache-2.0
//
// Nodes that are about to go, and how that is announced: by a taint that whoever ends them puts on,
// or by an Event. What is said of a node holds for every pod on it, at once: by the time that pods
// are evicted one after the other, requests should long be elsewhere.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"
#include "cluster/claims.h"
#include "wire/kube_object.h"

namespace signalbox::cluster {

struct Notice {
  Duration left{};         // until it is taken back; zero = no more requests from now on
  bool only_told = false;  // it may happen, and nothing is done about it
};

// The taint of a node that is being ended, by whomever; empty = none.
std::string_view ending_taint(const json::object& node);

// Of an Event on a Node or a NodeClaim; nothing where it announces no end.
std::optional<Notice> notice_of(const EventFacts& event);

}  // namespace signalbox::cluster
