// SPDX-License-Identifier: Apache-2.0
//
// Sources: each is of one kind, has the keys of its kind, and speaks of units that exist; and what
// it says is not forgotten before it can say it again.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "config/addresses.h"
#include "config/build_sources.h"
#include "config/header_name.h"
#include "config/locations.h"
#include "config/meaning.h"
#include "config/nearest.h"
#include "config/table_sources.h"

namespace signalbox::config {

namespace {

using Names = std::vector<std::string_view>;

// Our own reporters; a source of that name could not be told from them.
constexpr std::string_view kOwnSources[] = {"actuator", "admin", "config", "probe"};

// A key that says something to some kinds only.
struct KindKey {
  std::string_view key;
  std::vector<std::string_view> kinds;
};

class SourceCheck {
 public:
  SourceCheck(const Item<Fields>& source, const Names& units, Report& report)
      : source_(source), fields_(source.value), units_(units), report_(report) {}

  void check() {
    if (std::find(std::begin(kOwnSources), std::end(kOwnSources), source_.name) !=
        std::end(kOwnSources)) {
      report_.add(
          source_.place,
          fmt::format("{} is what one of our own reporters is called", in_quotes(source_.name)),
          {.hint = "give the source another name"});
    }
    Names kinds;
    for (const auto kind : kSourceKinds) {
      if (fields_.has(kind)) kinds.push_back(kind);
    }
    if (kinds.size() != 1) {
      report_.add(source_.place,
                  kinds.empty() ? std::string("nothing says what this source is")
                                : fmt::format("a source is one thing, and this is {}",
                                              fmt::join(kinds, " and ")),
                  {.hint = kinds.empty() ? "name one of them" : "make a source of each",
                   .allowed = listed(kSourceKinds)});
      return;
    }
    kind_ = kinds.front();
    check_keys();
    check_location();
    check_units();
    check_times();
  }

 private:
  bool asks_endpoints() const {
    return kind_ == "scrape" ||
           (kind_ == "spot_notices" && fields_.get<std::string>(kind_) == kAskEndpoints);
  }

  void check_keys() {
    const KindKey keys[] = {{"where", {"scrape"}},
                            {"executions_per_request", {"scrape"}},
                            {"path", {"scrape", "spot_notices"}},
                            {"port", {"scrape", "spot_notices"}},
                            {"queries", {"prometheus"}},
                            {"product", {"aws_spot_prices"}}};
    for (const auto& [key, kinds] : keys) {
      if (!fields_.has(key)) continue;
      if (std::find(kinds.begin(), kinds.end(), kind_) == kinds.end()) {
        report_.add(fields_.place(key), fmt::format("{} has no effect with {}", key, kind_),
                    {.hint = fmt::format("it belongs to {}; remove it", fmt::join(kinds, ", "))});
      }
    }
    const auto dialect = fields_.get<std::string>("scrape");
    if (dialect && *dialect != "neuron" && fields_.has("executions_per_request")) {
      report_.add(fields_.place("executions_per_request"),
                  fmt::format("{} counts requests, not executions", *dialect),
                  {.hint = "remove the line"});
    }
    if (kind_ == "prometheus" && !fields_.has("queries")) {
      report_.add(source_.place, "nothing says what to ask the server",
                  {.hint = "add 'queries:', a list of {gives: price, query: ..., unit: ...}"});
    }
    if (kind_ == "scrape" && !fields_.has("units")) {
      report_.add(source_.place, "nothing says whose endpoints are read",
                  {.hint = "add 'units:' with those that this product serves"});
    }
    for (const std::string_view key : {"ca", "credential"}) {
      if (!asks_endpoints() || !fields_.has(key)) continue;
      report_.add(
          fields_.place(key),
          fmt::format("endpoints are asked as their unit's link says, without this {}", key),
          {.hint = "set it under 'link' of the unit"});
    }
  }

  void check_location() {
    if (kind_ == "scrape" || asks_endpoints()) return;
    const auto text = fields_.get<std::string>(kind_);
    if (!text) return;
    const Location location = *parse_location(*text);
    if (location.is_page()) {
      check_page(location);
      return;
    }
    if (kind_ == "prometheus") {
      report_.add(fields_.place(kind_),
                  fmt::format("{} is the path of a file, and a server is asked", in_quotes(*text)),
                  {.hint = fmt::format("write http://{}", *text)});
    }
    for (const std::string_view key : {"ca", "credential"}) {
      if (!fields_.has(key)) continue;
      report_.add(fields_.place(key), fmt::format("{} has no effect with a file", key),
                  {.hint = "remove it"});
    }
  }

  void check_page(const Location& page) {
    if (is_link_local_or_metadata(page.address)) {
      report_.add(fields_.place(kind_),
                  fmt::format("{} is a link-local or metadata address, where clouds keep "
                              "credentials",
                              in_quotes(format_address(page.address))),
                  {.hint = "write the server's own address"});
    }
    if (kind_ == "prometheus" && page.target.find('?') != std::string::npos) {
      report_.add(fields_.place(kind_), "the server's address has a query",
                  {.hint = "write it as http://127.0.0.1:9090, with a path only where one is set "
                           "as its prefix"});
    }
    if (fields_.has("ca") && !page.tls) {
      report_.add(fields_.place("ca"), "ca has no effect without TLS",
                  {.hint = "write https://, or remove the line"});
    }
    if (!fields_.has("credential")) return;
    const Fields credential = fields_.section("credential");
    const auto header = credential.get<std::string>("header");
    if (header && (!is_header_name(*header) || is_connection_header(*header))) {
      report_.add(
          credential.place("header"),
          fmt::format("{} cannot carry a credential", in_quotes(*header)),
          {.hint = "write authorization, or the header that the server reads its key from"});
    }
  }

  void check_unit(const std::string& name, const Place& place) {
    if (std::find(units_.begin(), units_.end(), name) != units_.end()) return;
    report_.add(place, fmt::format("{} is not a unit", in_quotes(name)),
                {.hint = did_you_mean(name, units_), .allowed = listed(units_)});
  }

  void check_units() {
    for (const auto& unit : fields_.items<std::string>("units")) check_unit(unit.value, unit.place);
    for (const auto& query : fields_.sections("queries")) {
      const auto unit = query.value.get<std::string>("unit");
      if (unit) check_unit(*unit, query.value.place("unit"));
    }
  }

  void check_times() {
    if (!fields_.is_sound("interval") || !fields_.is_sound("timeout") || !fields_.is_sound("ttl")) {
      return;
    }
    const Duration interval = interval_of(fields_);
    if (timeout_of(fields_) > interval) {
      report_.add(fields_.place("timeout"),
                  fmt::format("an answer may take {}, longer than the {} between two",
                              format_duration(timeout_of(fields_)), format_duration(interval)),
                  {.hint = "make timeout at most interval"});
    }
    if (ttl_of(fields_) <= interval) {
      report_.add(fields_.place("ttl"),
                  fmt::format("what it says is forgotten after {}, before it is asked again after "
                              "{}",
                              format_duration(ttl_of(fields_)), format_duration(interval)),
                  {.hint = "make ttl a few intervals, so that one lost answer does no harm"});
    }
  }

  const Item<Fields>& source_;
  const Fields& fields_;
  const Names& units_;
  Report& report_;
  std::string_view kind_;
};

}  // namespace

void check_sources(const Fields& root, Report& report) {
  const auto units = root.sections("units");
  Names names;
  for (const auto& unit : units) names.push_back(unit.name);
  const auto sources = root.sections("sources");
  for (const auto& source : sources) {
    if (source.value.is_readable()) SourceCheck(source, names, report).check();
  }
}

}  // namespace signalbox::config
