// SPDX-License-Identifier: Apache-2.0
//
// Names that must meet: services speak of units, weights speak of a service's units.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "config/meaning.h"
#include "config/nearest.h"
#include "core/model/decision.h"

namespace signalbox::config {

namespace {

using Names = std::vector<std::string_view>;

bool contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class References {
 public:
  References(const Fields& root, Report& report)
      : units_(root.sections("units")),
        services_(root.sections("services")),
        is_all_(!may_come_from_elsewhere(root)),
        report_(report) {
    for (const auto& unit : units_) unit_names_.push_back(unit.name);
  }

  void check() {
    if (services_.empty() || (unit_names_.empty() && is_all_)) return;
    for (const auto& service : services_) {
      if (service.value.is_readable()) check_service(service);
    }
    if (!is_all_) return;  // a service that uses it may come from the cluster
    for (const auto& unit : units_) {
      if (unused_is_certain_ && used_.count(unit.name) == 0) {
        report_.add(unit.place, fmt::format("no service uses unit {}", in_quotes(unit.name)),
                    {.hint = "name it under 'units' of a service, or remove it"});
      }
    }
  }

 private:
  void check_service(const Item<Fields>& service) {
    const Names used = units_of(service);
    if (unit_names_.empty() && !service.value.has("units")) {
      report_.add(service.place, "there is no unit that could serve it",
                  {.hint = "add one under 'units', or as a DeploymentUnit"});
    }
    used_.insert(used.begin(), used.end());
    if (used.size() > core::kMaxCandidates) {
      report_.add(service.value.place("units"),
                  fmt::format("{} units serve {}, and {} is the most a service can have",
                              used.size(), in_quotes(service.name), core::kMaxCandidates),
                  {.hint = "name fewer under 'units', or split the service"});
    }
    check_weights(service.value, used);
  }

  // The units that are certain to serve, and a word about those that cannot be.
  Names units_of(const Item<Fields>& service) {
    const Fields& fields = service.value;
    if (!fields.has("units")) return unit_names_;
    if (!fields.is_sound("units")) unused_is_certain_ = false;
    Names used;
    for (const auto& item : fields.items<std::string>("units")) {
      const auto known = std::find(unit_names_.begin(), unit_names_.end(), item.value);
      if (known == unit_names_.end()) {
        report_unknown(item, "unit", unit_names_);
        unused_is_certain_ = false;  // it may stand for the one that seems unused
      } else if (contains(used, item.value)) {
        report_.add(item.place, fmt::format("unit {} is named twice", in_quotes(item.value)),
                    {.hint = "remove one of the two"});
      } else {
        used.push_back(*known);
      }
    }
    return used;
  }

  void check_weights(const Fields& service, const Names& used) {
    if (!service.has("weights")) return;
    const auto routing = service.get<std::string>("routing");
    if (routing && routing != "paper-weighted" && routing != "paper-binary") {
      report_.add(service.place("weights"),
                  "weights are read only with routing paper-weighted or paper-binary",
                  {.hint = "write 'routing: paper-weighted', or remove the weights"});
      return;
    }
    const bool units_are_certain = service.is_sound("units");
    double sum = 0.0;
    bool names_are_known = units_are_certain;
    Names weighted;
    for (const auto& weight : service.items<double>("weights")) {
      sum += weight.value;
      const auto known = std::find(used.begin(), used.end(), weight.name);
      if (known != used.end()) {
        weighted.push_back(*known);
      } else if (units_are_certain) {
        report_unknown({weight.name, weight.place, weight.name}, "unit of this service", used);
        names_are_known = false;  // it may stand for one that seems to have no weight
      }
    }
    if (!names_are_known || !service.is_sound("weights")) return;
    for (const auto unit : used) {
      if (contains(weighted, unit)) continue;
      report_.add(service.place("weights"), fmt::format("unit {} has no weight", in_quotes(unit)),
                  {.hint = fmt::format("add '{}: 0' if it shall get nothing", unit)});
    }
    if (sum <= 0.0) {
      report_.add(service.place("weights"), "all weights are 0, so no unit would be picked",
                  {.hint = "give at least one unit a weight above 0"});
    }
  }

  void report_unknown(const Item<std::string>& item, std::string_view what, const Names& known) {
    report_.add(item.place, fmt::format("{} is not a {}", in_quotes(item.value), what),
                {.hint = did_you_mean(item.value, known), .allowed = listed(known)});
  }

  std::vector<Item<Fields>> units_, services_;
  bool is_all_;  // no units and services but these
  Report& report_;
  Names unit_names_;
  std::set<std::string_view> used_;
  bool unused_is_certain_ = true;
};

}  // namespace

void check_references(const Fields& root, Report& report) { References(root, report).check(); }

}  // namespace signalbox::config
