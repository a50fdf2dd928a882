// SPDX-License-Identifier: Apache-2.0
//
// Signalbox as an external scaler of KEDA: for each unit one metric, the number of replicas that
// the plan wants (UnitView::wanted), with a target of 1, so that the autoscaler's arithmetic
// (ceil(value / target)) gives that very number. KEDA asks for every ScaledObject again and again
// and holds a lock while it waits, so every answer is a look into the latest view: nothing waits.
//
// The HPA ignores changes within its tolerance (10 % unless said otherwise), so twenty-one of
// twenty would be lost: the ScaledObject must set behavior.scaleUp.tolerance and
// scaleDown.tolerance to 0 (docs/kubernetes.md).
//
// While there is no view the answer is UNAVAILABLE, never a number: a scaler that answers 0 while
// it starts would stop a whole fleet. So whoever gives it views gives none that was made before the
// replicas there are were known.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "core/model/fleet_view.h"
#include "http/grpc_server.h"
#include "wire/grpc.h"

namespace signalbox::adapters {

// The name of a unit's metric: in lower case, and '-' for whatever is neither letter nor digit.
std::string wanted_metric_of(std::string_view unit);

// All of it on the loop of the server it serves.
class KedaScaler {
 public:
  using Answer = Result<std::string, wire::GrpcStatus>;

  KedaScaler();
  ~KedaScaler();
  KedaScaler(const KedaScaler&) = delete;
  KedaScaler& operator=(const KedaScaler&) = delete;

  // REQUIRES: the server is not listening yet, and does not outlive the scaler.
  void serve(http::GrpcServer& server);

  // The latest view; it stays in force until there is another. Whoever waits for a unit to be
  // wanted is told.
  void on_view(std::shared_ptr<const core::FleetView> view);

  // KEDA's calls by their messages.
  Answer is_active(std::string_view request) const;
  Answer metric_spec(std::string_view request) const;
  Answer metrics(std::string_view request) const;

 private:
  class Watcher;

  Result<int, wire::GrpcStatus> wanted(std::string_view unit) const;

  std::shared_ptr<const core::FleetView> view_;
  std::set<Watcher*> watchers_;
};

}  // namespace signalbox::adapters
