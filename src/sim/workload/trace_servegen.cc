// SPDX-License-Identifier: Apache-2.0
//
// Rows to windows; see trace_servegen.h.
#include "sim/workload/trace_servegen.h"

#include <fmt/format.h>

#include "sim/workload/csv.h"

namespace signalbox::sim {

namespace {

constexpr double kYear_s = 366.0 * 86400.0;

}  // namespace

Result<std::map<std::string, ServegenRates>> read_servegen(const std::string& path) {
  auto table = CsvTable::open(path, {"category", "window_start_s", "n_active_clients", "rate_rps"});
  if (!table) return table.error();
  std::map<std::string, ServegenRates> categories;
  while (true) {
    const auto row = table->next();
    if (!row) return row.error();
    if (!*row) break;
    if (table->text(0).empty()) return table->bad(0, "a name such as language/m-large");
    const auto opens = table->number(1, 0.0, kYear_s);
    if (!opens) return opens.error();
    const auto clients = table->whole(2, 0, 10'000'000);
    if (!clients) return clients.error();
    const auto rate = table->number(3, 0.0, 1e9);
    if (!rate) return rate.error();
    auto& category = categories[std::string(table->text(0))];
    if (category.per_s.size() == 1) category.window = from_seconds(*opens);
    const Duration due = static_cast<std::int64_t>(category.per_s.size()) * category.window;
    if (from_seconds(*opens) != due || (category.per_s.size() == 1 && due == Duration::zero())) {
      return table->bad(1, category.per_s.size() == 1
                               ? "the begin of the second window"
                               : fmt::format("{}, the window that follows", to_seconds(due)));
    }
    category.per_s.push_back(*rate);
    category.clients.push_back(*clients);
  }
  for (const auto& [name, category] : categories) {
    if (category.per_s.size() < 2) {
      return table->file().error(
          fmt::format("{} has one window only; expected two or more, which tell its width", name));
    }
  }
  return categories;
}

}  // namespace signalbox::sim
