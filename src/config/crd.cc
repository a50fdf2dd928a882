// SPDX-License-Identifier: Apache-2.0
//
// The definition around the schema of the spec; see crd.h.
#include "config/crd.h"

#include <boost/json.hpp>
#include <span>

#include "config/crd_schema.h"
#include "config/crd_yaml.h"

namespace signalbox::config {

namespace {

namespace json = boost::json;

struct Column {
  std::string_view name, type, path, doc;
  int priority = 0;  // above 0: only with -o wide
};

constexpr Column kServiceColumns[] = {
    {"Mode", "string", ".status.mode", "cost_optimized, or capacity_optimized in a shortage"},
    {"Ready", "string", ".status.conditions[?(@.type==\"Ready\")].status",
     "Whether some replica serves it"},
    {"Demand/s", "string", ".status.demandPerSecond", "Requests that are planned for"},
    {"$/h", "string", ".status.costPerHour", "What its replicas cost"},
    {"Bound $/h", "string", ".status.boundPerHour", "No plan could cost less"},
    {"Age", "date", ".metadata.creationTimestamp", "Since it was made"},
    {"Evidence", "string", ".status.evidence", "Why it is in this mode", 1},
    {"Plan", "string", ".status.plan", "What is planned, in words", 1},
};

constexpr Column kUnitColumns[] = {
    {"Hardware", "string", ".spec.hardware", "What it runs on"},
    {"$/h", "string", ".status.pricePerHour", "Of one replica, as believed now"},
    {"Wanted", "integer", ".status.wanted", "Replicas that shall exist"},
    {"Ready", "integer", ".status.ready", "Replicas that serve"},
    {"Booting", "integer", ".status.booting", "Replicas that do not serve yet"},
    {"Launchable", "string", ".status.conditions[?(@.type==\"Launchable\")].status",
     "Whether its pool gives replicas"},
    {"Age", "date", ".metadata.creationTimestamp", "Since it was made"},
    {"Note", "string", ".status.note", "What limits it, in words", 1},
};

json::array columns(std::span<const Column> all) {
  json::array out;
  for (const Column& column : all) {
    json::object one = {{"name", column.name},
                        {"type", column.type},
                        {"jsonPath", column.path},
                        {"description", column.doc}};
    if (column.priority > 0) one["priority"] = column.priority;
    out.push_back(std::move(one));
  }
  return out;
}

json::object text(std::string_view doc, int longest = 1024) {
  return {{"type", "string"}, {"description", doc}, {"maxLength", longest}};
}
json::object number(std::string_view doc) {
  return {{"type", "string"},
          {"description", doc},
          {"pattern", "^[0-9]+(\\.[0-9]+)?$"},
          {"maxLength", 32}};
}
json::object count(std::string_view doc) {
  return {{"type", "integer"}, {"format", "int32"}, {"minimum", 0}, {"description", doc}};
}

// As metav1.Condition.
json::object conditions(std::string_view doc) {
  json::object status = {{"type", "string"}, {"enum", json::array{"True", "False", "Unknown"}}};
  json::object one = {
      {"type", "object"},
      {"required", json::array{"type", "status", "lastTransitionTime", "reason", "message"}},
      {"properties",
       json::object{
           {"type", text("What it is about.", 316)},
           {"status", std::move(status)},
           {"observedGeneration",
            json::object{{"type", "integer"}, {"format", "int64"}, {"minimum", 0}}},
           {"lastTransitionTime", json::object{{"type", "string"}, {"format", "date-time"}}},
           {"reason", json::object{{"type", "string"},
                                   {"maxLength", 1024},
                                   {"pattern", "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$"}}},
           {"message", text("The same for people.", 32768)}}}};
  return {{"type", "array"},
          {"description", doc},
          {"maxItems", 8},
          {"x-kubernetes-list-type", "map"},
          {"x-kubernetes-list-map-keys", json::array{"type"}},
          {"items", std::move(one)}};
}

json::object observed_generation() {
  return {{"type", "integer"},
          {"format", "int64"},
          {"minimum", 0},
          {"description", "The generation of the spec that this was made of."}};
}

json::object in_force_spec() {
  return text("The spec that stays in force while the present one is refused, as JSON.", 65536);
}

json::object service_status() {
  json::object unit = {{"type", "object"},
                       {"required", json::array{"name"}},
                       {"properties", json::object{{"name", text("Of the unit.", 63)},
                                                   {"ready", count("Replicas that serve.")},
                                                   {"target", count("Replicas planned for this "
                                                                    "service.")}}}};
  json::object mode = {{"type", "string"},
                       {"description", "How requests are sent and replicas planned."},
                       {"enum", json::array{"cost_optimized", "capacity_optimized"}}};
  json::object since = {
      {"type", "string"}, {"format", "date-time"}, {"description", "When this mode began."}};
  return {
      {"observedGeneration", observed_generation()},
      {"inForceSpec", in_force_spec()},
      {"mode", std::move(mode)},
      {"modeSince", std::move(since)},
      {"evidence", text("What moved it into this mode.", 4096)},
      {"plan", text("What is planned and why, in words.", 4096)},
      {"demandPerSecond", number("Requests per second that are planned for.")},
      {"plannedPerSecond", number("Requests per second that the plan carries.")},
      {"shortfallPerSecond", number("Requests per second that limits leave uncovered.")},
      {"costPerHour", number("USD per hour, of the planned replicas.")},
      {"boundPerHour", number("USD per hour; no plan of this capacity under the same limits could "
                              "cost less.")},
      {"units", json::object{{"type", "array"},
                             {"description", "The units that serve it."},
                             {"maxItems", 64},
                             {"x-kubernetes-list-type", "map"},
                             {"x-kubernetes-list-map-keys", json::array{"name"}},
                             {"items", std::move(unit)}}},
      {"conditions", conditions("Accepted: the spec is in force. Ready: some replica serves. "
                                "CapacityShort: limits leave demand uncovered.")}};
}

json::object unit_status() {
  return {{"observedGeneration", observed_generation()},
          {"inForceSpec", in_force_spec()},
          {"pricePerHour", number("USD per hour of one replica, as believed now.")},
          {"costPerHour", number("USD per hour of all its replicas.")},
          {"wanted", count("Replicas that shall exist.")},
          {"ready", count("Replicas that serve.")},
          {"booting", count("Replicas that do not serve yet.")},
          {"draining", count("Replicas that finish what they have.")},
          {"unhealthy", count("Replicas whose probes fail.")},
          {"limit", count("Replicas possible now: bounds, quota, pool and back-off.")},
          {"slowdown", number("Times as slow as its profile, as is planned by.")},
          {"note", text("What limits it, in words.", 4096)},
          {"conditions", conditions("Accepted: the spec is in force. Ready: some replica serves. "
                                    "Launchable: its pool gives replicas.")}};
}

json::object object_schema(const ResourceKind& kind, bool is_unit) {
  json::object status = {{"type", "object"},
                         {"description", "Written by the controller; never read."},
                         {"properties", is_unit ? unit_status() : service_status()}};
  json::object named = {{"rule", "self.metadata.name.size() <= 63"},
                        {"message", "a name has at most 63 characters: it is a metric's label"}};
  return {{"type", "object"},
          {"description", is_unit ? "One model on one kind of hardware in one framework."
                                  : "What clients call: paths and models, an objective, a policy."},
          {"required", json::array{"spec"}},
          {"x-kubernetes-validations", json::array{std::move(named)}},
          {"properties", json::object{{"apiVersion", json::object{{"type", "string"}}},
                                      {"kind", json::object{{"type", "string"}}},
                                      {"metadata", json::object{{"type", "object"}}},
                                      {"spec", spec_schema(kind)},
                                      {"status", std::move(status)}}}};
}

}  // namespace

std::string crd_yaml(const ResourceKind& kind) {
  const bool is_unit = kind.kind == kDeploymentUnits.kind;
  std::string singular(kind.plural.substr(0, kind.plural.size() - 1));
  json::object version = {
      {"name", kApiVersion},
      {"served", true},
      {"storage", true},
      {"subresources", json::object{{"status", json::object{}}}},
      {"additionalPrinterColumns", is_unit ? columns(kUnitColumns) : columns(kServiceColumns)},
      {"schema", json::object{{"openAPIV3Schema", object_schema(kind, is_unit)}}}};
  json::object names = {{"kind", kind.kind},
                        {"listKind", std::string(kind.kind) + "List"},
                        {"plural", kind.plural},
                        {"singular", std::move(singular)},
                        {"shortNames", json::array{is_unit ? "du" : "rsvc"}},
                        {"categories", json::array{"signalbox"}}};
  json::object spec = {{"group", kApiGroup},
                       {"names", std::move(names)},
                       {"scope", "Namespaced"},
                       {"versions", json::array{std::move(version)}}};
  const json::object crd = {
      {"apiVersion", "apiextensions.k8s.io/v1"},
      {"kind", "CustomResourceDefinition"},
      {"metadata", json::object{{"name", std::string(kind.plural) + "." + std::string(kApiGroup)}}},
      {"spec", std::move(spec)}};
  return "# SPDX-License-Identifier: Apache-2.0\n"
         "# Generated from the table of the configuration: cmake --build build/release --target "
         "config_goldens\n" +
         to_yaml(crd);
}

}  // namespace signalbox::config
