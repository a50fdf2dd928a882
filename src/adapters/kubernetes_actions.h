// SPDX-License-Identifier: Apache-2.0
//
// Carries out what the picture of a cluster wants done, one thing after the other for each unit: a
// pod is marked before the number of replicas is lowered. Before each write it is asked whether
// this process may still write (B71), since a lease can be lost between a decision and its turn.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "adapters/trouble.h"
#include "cluster/action.h"
#include "kube/api_client.h"

namespace signalbox::adapters {

class KubernetesActions {
 public:
  // `client` outlives it.
  KubernetesActions(kube::ApiClient& client, std::function<bool()> may_write,
                    std::function<void(const std::string&)> tell);

  // Nothing, where the same is waiting for its turn.
  void add(const cluster::Action& action);
  // What has not begun is forgotten.
  void clear() { waiting_.clear(); }

 private:
  void begin(UnitId unit);
  void on_answer(const cluster::Action& action,
                 const Result<kube::json::object, kube::ApiError>& answer);

  kube::ApiClient& client_;
  const std::function<bool()> may_write_;
  const std::function<void(const std::string&)> tell_;
  Trouble trouble_;
  std::map<UnitId, std::deque<cluster::Action>> waiting_;
  std::map<UnitId, kube::ApiCallId> under_way_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>();
};

// The call that an action is.
kube::ApiCall call_of(const cluster::Action& action);

}  // namespace signalbox::adapters
