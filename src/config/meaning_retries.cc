// SPDX-License-Identifier: Apache-2.0
//
// Sending a request twice on purpose, after a failure or while the first still runs, is for those
// that may be served twice.
#include <fmt/format.h>

#include "config/meaning.h"

namespace signalbox::config {

namespace {

void check_sent_twice(const Fields& service, Report& report) {
  if (service.get<bool>("retry_safe").value_or(true)) return;
  const bool retries = service.section("retry").get<std::int64_t>("attempts").value_or(0) > 0;
  const bool hedges = service.has("hedge");
  if (!retries && !hedges) return;
  report.add(service.place(retries ? "retry" : "hedge"),
             fmt::format("'{}' sends a request twice, which 'retry_safe: false' forbids",
                         retries ? "retry" : "hedge"),
             {.hint = "remove one of the two"});
}

void check_pauses(const Fields& retry, Report& report) {
  const auto first = retry.get<Duration>("backoff");
  const auto most = retry.get<Duration>("max_backoff");
  if (!first || !most || *first <= *most) return;
  report.add(retry.place(retry.has("max_backoff") ? "max_backoff" : "backoff"),
             fmt::format("backoff {} is above max_backoff {}{}", format_duration(*first),
                         format_duration(*most), retry.has("max_backoff") ? "" : " (its default)"),
             {.hint = "the pause grows from the first to the second"});
}

}  // namespace

void check_retries(const Fields& root, Report& report) {
  for (const auto& service : root.sections("services")) {
    check_sent_twice(service.value, report);
    check_pauses(service.value.section("retry"), report);
  }
}

}  // namespace signalbox::config
