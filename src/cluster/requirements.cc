// SPDX-License-Identifier: Apache-2.0
//
// See requirements.h; https://karpenter.sh/docs/concepts/scheduling/
#include "cluster/requirements.h"

#include <boost/json/array.hpp>
#include <charconv>
#include <optional>
#include <string>

#include "cluster/quantity.h"

namespace signalbox::cluster {

namespace {

using wire::array_at;
using wire::object_at;
using wire::text_at;

std::optional<std::string_view> label(const json::object* labels, std::string_view key) {
  const auto* value = labels == nullptr ? nullptr : labels->if_contains(key);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  if (text == nullptr) return {};
  return std::string_view(text->data(), text->size());
}

bool contains(const json::object& requirement, std::string_view value) {
  const auto* values = array_at(requirement, {"values"});
  if (values == nullptr) return false;
  for (const auto& one : *values) {
    if (one.is_string() && std::string_view(one.get_string()) == value) return true;
  }
  return false;
}

std::optional<long> integer(std::string_view text) {
  long number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return number;
}

bool compares(const json::object& requirement, std::string_view value, bool greater) {
  const auto* values = array_at(requirement, {"values"});
  if (values == nullptr || values->empty() || !values->front().is_string()) return false;
  const auto bound = integer(values->front().get_string());
  const auto number = integer(value);
  return bound && number && (greater ? *number > *bound : *number < *bound);
}

// Could the node have a label that meets what a pod requires? It has the claim's labels, and of the
// claim's own requirements one of the values each leaves open.
bool could_meet(const json::object& claim, const json::object& required) {
  const std::string_view key = text_at(required, {"key"});
  if (const auto fixed = label(object_at(claim, {"metadata", "labels"}), key)) {
    return meets(required, &*fixed);
  }
  const auto* open = array_at(claim, {"spec", "requirements"});
  if (open != nullptr) {
    for (const auto& one : *open) {
      if (!one.is_object() || text_at(one.get_object(), {"key"}) != key) continue;
      const auto* values = array_at(one.get_object(), {"values"});
      // Exists, Gt and the like leave more open than can be listed.
      if (text_at(one.get_object(), {"operator"}) != "In" || values == nullptr) return true;
      for (const auto& value : *values) {
        if (!value.is_string()) continue;
        const std::string_view text = value.get_string();
        if (meets(required, &text)) return true;
      }
      return false;
    }
  }
  return meets(required, nullptr);
}

bool could_meet_all(const json::object& claim, const json::array* required) {
  if (required == nullptr) return true;
  for (const auto& one : *required) {
    if (one.is_object() && !could_meet(claim, one.get_object())) return false;
  }
  return true;
}

bool fits_selector(const json::object& claim, const json::object& pod_spec) {
  const auto* selector = object_at(pod_spec, {"nodeSelector"});
  if (selector == nullptr) return true;
  for (const auto& [key, value] : *selector) {
    const json::object required{{"key", key}, {"operator", "In"}, {"values", json::array{value}}};
    if (!could_meet(claim, required)) return false;
  }
  return true;
}

// Terms are alternatives.
bool fits_affinity(const json::object& claim, const json::object& pod_spec) {
  const auto* terms =
      array_at(pod_spec, {"affinity", "nodeAffinity",
                          "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"});
  if (terms == nullptr || terms->empty()) return true;
  for (const auto& term : *terms) {
    if (term.is_object() &&
        could_meet_all(claim, array_at(term.get_object(), {"matchExpressions"}))) {
      return true;
    }
  }
  return false;
}

bool tolerates(const json::object& pod_spec, const json::object& taint) {
  const auto* tolerations = array_at(pod_spec, {"tolerations"});
  if (tolerations == nullptr) return false;
  for (const auto& one : *tolerations) {
    if (!one.is_object()) continue;
    const json::object& toleration = one.get_object();
    const auto effect = text_at(toleration, {"effect"});
    if (!effect.empty() && effect != text_at(taint, {"effect"})) continue;
    const auto key = text_at(toleration, {"key"});
    const bool exists = text_at(toleration, {"operator"}) == "Exists";
    if (key.empty() && exists) return true;
    if (key != text_at(taint, {"key"})) continue;
    if (exists || text_at(toleration, {"value"}) == text_at(taint, {"value"})) return true;
  }
  return false;
}

bool fits_taints(const json::object& claim, const json::object& pod_spec) {
  const auto* taints = array_at(claim, {"spec", "taints"});
  if (taints == nullptr) return true;
  for (const auto& taint : *taints) {
    if (!taint.is_object()) continue;
    const auto effect = text_at(taint.get_object(), {"effect"});
    if (effect != "NoSchedule" && effect != "NoExecute") continue;
    if (!tolerates(pod_spec, taint.get_object())) return false;
  }
  return true;
}

// The resources of one container: requests, or what stands in for them.
const json::value* resource_of(const json::object& container, std::string_view resource) {
  const auto* request = wire::value_at(container, {"resources", "requests", resource});
  return request != nullptr ? request
                            : wire::value_at(container, {"resources", "limits", resource});
}

}  // namespace

bool meets(const json::object& requirement, const std::string_view* value) {
  const std::string_view op = text_at(requirement, {"operator"});
  if (op == "In") return value != nullptr && contains(requirement, *value);
  if (op == "NotIn") return value == nullptr || !contains(requirement, *value);
  if (op == "Exists") return value != nullptr;
  if (op == "DoesNotExist") return value == nullptr;
  if (op == "Gt") return value != nullptr && compares(requirement, *value, true);
  if (op == "Lt") return value != nullptr && compares(requirement, *value, false);
  return false;
}

bool all_met(const json::array& requirements, const json::object* labels) {
  for (const auto& one : requirements) {
    if (!one.is_object()) continue;
    const auto value = label(labels, text_at(one.get_object(), {"key"}));
    if (!meets(one.get_object(), value ? &*value : nullptr)) return false;
  }
  return true;
}

bool selects(const json::object& selector, const json::object* labels) {
  const auto* wanted = object_at(selector, {"matchLabels"});
  const auto* expressions = array_at(selector, {"matchExpressions"});
  const bool says_something =
      (wanted != nullptr && !wanted->empty()) || (expressions != nullptr && !expressions->empty());
  if (!says_something) return false;
  if (wanted != nullptr) {
    for (const auto& [key, value] : *wanted) {
      const auto has = label(labels, key);
      if (!has || !value.is_string() || *has != std::string_view(value.get_string())) return false;
    }
  }
  return expressions == nullptr || all_met(*expressions, labels);
}

double requested(const json::object& pod_spec, std::string_view resource) {
  const auto* containers = array_at(pod_spec, {"containers"});
  if (containers == nullptr) return 0.0;
  double sum = 0.0;
  for (const auto& container : *containers) {
    if (!container.is_object()) continue;
    sum += read_quantity(resource_of(container.get_object(), resource)).value_or(0.0);
  }
  return sum;
}

std::string_view accelerator_resource(const json::object& pod_spec) {
  const auto* containers = array_at(pod_spec, {"containers"});
  if (containers == nullptr) return {};
  for (const auto& container : *containers) {
    if (!container.is_object()) continue;
    for (const char* list : {"requests", "limits"}) {
      const auto* resources = object_at(container.get_object(), {"resources", list});
      if (resources == nullptr) continue;
      for (const auto& [name, amount] : *resources) {
        // Extended resources are named after whose they are; those of Kubernetes itself are not.
        const std::string_view text(name.data(), name.size());
        if (text.find('/') != text.npos && read_quantity(&amount).value_or(0.0) > 0.0) return text;
      }
    }
  }
  return {};
}

bool may_hold(const json::object& claim, const json::object& pod_spec) {
  const auto accelerator = accelerator_resource(pod_spec);
  const auto* room = object_at(claim, {"spec", "resources", "requests"});
  if (!accelerator.empty() && room != nullptr && !room->contains(accelerator)) return false;
  return fits_selector(claim, pod_spec) && fits_affinity(claim, pod_spec) &&
         fits_taints(claim, pod_spec);
}

}  // namespace signalbox::cluster
