// SPDX-License-Identifier: Apache-2.0
//
// See claims.h; https://karpenter.sh/docs/troubleshooting/ and the reasons in Karpenter's source,
// pkg/controllers/nodeclaim/lifecycle/events.go and launch.go.
#include "cluster/claims.h"

#include <array>
#include <boost/json/array.hpp>
#include <string_view>

namespace signalbox::cluster {

namespace {

using wire::text_at;

constexpr std::array<std::string_view, 3> kRefusals = {"InsufficientCapacityError", "LaunchFailed",
                                                       "NodeClassNotReady"};
// A claim that was not launched *yet*.
constexpr std::array<std::string_view, 3> kNotYet = {"", "AwaitingReconciliation", "NotReconciled"};

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& of) {
  for (const auto one : of) {
    if (one == text) return true;
  }
  return false;
}

// Why it could not be launched, by its own conditions.
std::optional<std::string> failure_of(const json::object& claim) {
  const auto* conditions = wire::array_at(claim, {"status", "conditions"});
  if (conditions == nullptr) return {};
  for (const auto& one : *conditions) {
    if (!one.is_object() || text_at(one.get_object(), {"type"}) != "Launched") continue;
    const json::object& launched = one.get_object();
    const auto reason = text_at(launched, {"reason"});
    if (text_at(launched, {"status"}) == "True" || is_one_of(reason, kNotYet)) return {};
    return std::string(reason) + ": " + std::string(text_at(launched, {"message"}));
  }
  return {};
}

}  // namespace

EventFacts read_event(const json::object& event) {
  // core/v1 says involvedObject and source, events.k8s.io/v1 regarding and reportingController.
  const char* about = event.contains("regarding") ? "regarding" : "involvedObject";
  EventFacts facts;
  facts.kind = text_at(event, {about, "kind"});
  facts.space = text_at(event, {about, "namespace"});
  facts.name = text_at(event, {about, "name"});
  facts.uid = text_at(event, {about, "uid"});
  facts.reason = text_at(event, {"reason"});
  facts.message = text_at(event, {event.contains("note") ? "note" : "message"});
  for (const auto reporter :
       {text_at(event, {"reportingController"}), text_at(event, {"reportingComponent"}),
        text_at(event, {"source", "component"})}) {
    if (facts.reporter.empty()) facts.reporter = reporter;
  }
  return facts;
}

std::optional<ClaimRefusal> Claims::put(const wire::KubeObject& claim, TimePoint now) {
  Known& known = claims_[std::string(wire::uid_of(*claim))];
  known.object = claim;
  known.gone_at = TimePoint::max();
  if (known.refused) return {};
  std::string words = known.words;
  if (words.empty()) words = failure_of(*claim).value_or("");
  if (words.empty()) return {};
  known.refused = true;
  forget_old(now);
  return ClaimRefusal{claim, words};
}

std::optional<ClaimRefusal> Claims::hear(const json::object& event, TimePoint now) {
  const EventFacts facts = read_event(event);
  if (facts.kind != "NodeClaim" || facts.uid.empty() || !is_one_of(facts.reason, kRefusals)) {
    return {};
  }
  Known& known = claims_[facts.uid];
  if (known.refused) return {};
  const std::string words = facts.reason + ": " + facts.message;
  if (!known.object) {
    known.words = words;
    known.gone_at = now;
    return {};
  }
  known.refused = true;
  return ClaimRefusal{known.object, words};
}

void Claims::remove(const json::object& claim, TimePoint now) {
  const auto at = claims_.find(std::string(wire::uid_of(claim)));
  if (at != claims_.end()) at->second.gone_at = now;
  forget_old(now);
}

void Claims::forget_old(TimePoint now) {
  std::erase_if(claims_, [now](const auto& entry) {
    const TimePoint gone_at = entry.second.gone_at;
    return gone_at != TimePoint::max() && now - gone_at > kMemory;
  });
}

const json::object* Claims::find(const std::string& name) const {
  for (const auto& [uid, known] : claims_) {
    if (known.object && known.gone_at == TimePoint::max() && wire::name_of(*known.object) == name) {
      return known.object.get();
    }
  }
  return nullptr;
}

}  // namespace signalbox::cluster
